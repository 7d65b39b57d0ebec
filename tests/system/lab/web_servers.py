"""Web servers for a second opinion: lighttpd and Apache, each with a folder for known users only."""

import base64
import hashlib
import os

from .servers import start_server

REALM, USER, PASSWORD = "kedge lab", "anna", "p ss:word"

_LIGHTTPD = """\
server.document-root = "{root}"
server.bind = "{host}"
server.port = {port}
server.errorlog = "{folder}/lighttpd-error.log"
server.upload-dirs = ("{folder}")
server.modules = ("mod_auth", "mod_authn_file")
auth.backend = "htdigest"
auth.backend.htdigest.userfile = "{users}"
auth.require = ("/private/" => ("method" => "digest", "realm" => "{realm}",
                                "algorithm" => "SHA-256", "require" => "valid-user"))
"""

_APACHE = """\
ServerRoot {folder}
ServerName {host}
PidFile {folder}/apache.pid
ErrorLog {folder}/apache-error.log
Listen {host}:{port}
User www-data
Group www-data
{modules}
DocumentRoot {root}
<Directory {root}>
    Options FollowSymLinks
    Require all granted
</Directory>
<Location /private>
    AuthType Digest
    AuthName "{realm}"
    AuthDigestProvider file
    AuthUserFile {users}
    Require valid-user
</Location>
<Location /basic>
    AuthType Basic
    AuthName "{realm}"
    AuthBasicProvider file
    AuthUserFile {basic_users}
    Require valid-user
</Location>
"""

_MODULES = ("mpm_event", "authz_core", "authz_user", "authn_core", "authn_file", "auth_basic",
            "auth_digest", "alias")


def _digest_line(algorithm):
    secret = hashlib.new(algorithm, f"{USER}:{REALM}:{PASSWORD}".encode()).hexdigest()
    return f"{USER}:{REALM}:{secret}\n"


def _write(path, text):
    with open(path, "w") as file:
        file.write(text)
    return path


class Lighttpd:
    """Digest with SHA-256 below /private/. `tree` is its package, unpacked."""

    def __init__(self, tree, segment, folder, root, port=81):
        users = _write(os.path.join(folder, "lighttpd-users"), _digest_line("sha256"))
        config = _write(os.path.join(folder, "lighttpd.conf"),
                        _LIGHTTPD.format(root=root, host=segment.host, port=port, folder=folder,
                                         users=users, realm=REALM))
        self._child = start_server(
            [os.path.join(tree, "usr/sbin/lighttpd"), "-D", "-f", config,
             "-m", os.path.join(tree, "usr/lib/lighttpd")],
            os.path.join(folder, "lighttpd.log"), segment.host, port)

    def stop(self):
        self._child.stop()


class Apache:
    """Digest with MD5 below /private/, Basic below /basic/. Serves as www-data: files below `root`
    must be readable for everybody."""

    def __init__(self, segment, folder, root, port=82):
        users = _write(os.path.join(folder, "apache-users"), _digest_line("md5"))
        sha1 = hashlib.sha1(PASSWORD.encode()).digest()
        basic = _write(os.path.join(folder, "apache-basic-users"),
                       f"{USER}:{{SHA}}{base64.b64encode(sha1).decode()}\n")
        modules = "\n".join(f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so"
                            for name in _MODULES)
        config = _write(os.path.join(folder, "apache.conf"),
                        _APACHE.format(root=root, host=segment.host, port=port, folder=folder,
                                       users=users, basic_users=basic, realm=REALM,
                                       modules=modules))
        os.chmod(folder, 0o755)
        self._child = start_server(["/usr/sbin/apache2", "-D", "FOREGROUND", "-f", config],
                                   os.path.join(folder, "apache.log"), segment.host, port)

    def stop(self):
        self._child.stop()
