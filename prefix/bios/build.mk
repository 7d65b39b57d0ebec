# kedge.lkrn and the BIOS half of kedge.img.
