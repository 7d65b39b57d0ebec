// What shim's revocation lists call us by: SBAT.md of the shim project. tools/kedge-image reads our
// version here.

namespace kedge::efi {

[[gnu::section(".sbat"), gnu::used]] constexpr char kSbat[] =
    "sbat,1,SBAT Version,sbat,1,https://github.com/rhboot/shim/blob/main/SBAT.md\n"
    "kedge,1,Kedge,kedge," KEDGE_VERSION ",-\n";

}  // namespace kedge::efi
