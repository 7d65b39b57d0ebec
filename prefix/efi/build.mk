# kedge.efi and the ESP half of kedge.img.
