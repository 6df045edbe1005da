#!/usr/bin/python3
"""Creates the lab's Active Directory: provision.py LAB

Reads LAB/seed (written by labs/samba/seed) and LAB/passwords, and writes a
domain controller's files in LAB/dc, to be run with LAB/smb.conf.
"""
import json
import logging
import os
import sys

import samba.provision
from samba.auth import system_session
from samba.dsdb import DS_DOMAIN_FUNCTION_2008_R2
from samba.dcerpc import security
from samba.ndr import ndr_unpack
from samba.param import LoadParm
from samba.samdb import SamDB
from samba.sd_utils import SDUtils
import ldb

NAMING = "DC=corp,DC=contoso,DC=test"
EXCHANGE = "CN=Microsoft Exchange,CN=Services,CN=Configuration," + NAMING
CERTIFICATE = "msExchServerInternalTLSCert"


def provision(lab):
    # A separate smb.conf, so that Debian's is not used.
    conf = os.path.join(lab, "provision.conf")
    with open(conf, "w") as f:
        f.write("[global]\n")
    logger = logging.getLogger("provision")
    logger.setLevel(logging.ERROR)
    samba.provision.provision(
        logger, system_session(), smbconf=conf, targetdir=os.path.join(lab, "dc"),
        realm="CORP.CONTOSO.TEST", domain="CORP", hostname="dc1",
        hostip="127.0.0.1", hostip6=None, adminpass=password(lab, "administrator"),
        serverrole="active directory domain controller", dns_backend="NONE",
        dom_for_fun_level=DS_DOMAIN_FUNCTION_2008_R2, use_rfc2307=True,
        skip_sysvolacl=True)


def password(lab, account):
    with open(os.path.join(lab, "passwords", account)) as f:
        return f.read().strip()


def connect(lab):
    lp = LoadParm()
    lp.load(os.path.join(lab, "smb.conf"))
    return SamDB(os.path.join(lab, "dc/private/sam.ldb"), session_info=system_session(), lp=lp)


def extend_schema(lab, here):
    with open(os.path.join(here, "schema.ldif")) as f:
        connect(lab).modify_ldif(f.read())


def add_accounts(db, lab):
    """reader may read what every user may; blind may not read the certificate."""
    for account in ("reader", "blind"):
        db.newuser(account, password(lab, account))
    service = ldb.Message(ldb.Dn(db, "CN=DC1,OU=Domain Controllers," + NAMING))
    service["spn"] = ldb.MessageElement("ldap/dc1.corp.contoso.test", ldb.FLAG_MOD_ADD, "servicePrincipalName")
    try:
        db.modify(service)
    except ldb.LdbError as e:
        if e.args[0] != ldb.ERR_ATTRIBUTE_OR_VALUE_EXISTS:
            raise


class Denials:
    """Access control entries that hide an attribute."""

    def __init__(self, db):
        self.db, self.sd = db, SDUtils(db)
        self.guids = {}

    def guid(self, attribute):
        if attribute not in self.guids:
            found = self.db.search(self.db.get_schema_basedn(), ldb.SCOPE_ONELEVEL,
                                   "(lDAPDisplayName=%s)" % attribute, ["schemaIDGUID"])
            self.guids[attribute] = self.db.schema_format_value("schemaIDGUID", found[0]["schemaIDGUID"][0]).decode()
        return self.guids[attribute]

    def sid(self, account):
        found = self.db.search(self.db.domain_dn(), ldb.SCOPE_SUBTREE, "(sAMAccountName=%s)" % account, ["objectSid"])
        return ndr_unpack(security.dom_sid, found[0]["objectSid"][0])

    def add(self, dn, account, attributes, flags=""):
        sid = self.sid(account)
        self.sd.dacl_prepend_aces(dn, "".join("(OD;%s;RP;%s;;%s)" % (flags, self.guid(a), sid) for a in attributes))


def fill(db, lab):
    with open(os.path.join(lab, "seed/plan.json")) as f:
        servers = json.load(f)["servers"]
    with open(os.path.join(lab, "seed/forest.ldif")) as f:
        forest = f.read()
    denials = Denials(db)
    db.transaction_start()
    try:
        # The container comes first: servers and connectors inherit its access
        # control entries (read access for every user, and denials).
        container, rest = forest.split("\n\n", 1)
        db.add_ldif(container + "\n\n")
        denials.sd.dacl_prepend_aces(EXCHANGE, "(A;CI;RPLCLORC;;;AU)")
        denials.add(EXCHANGE, "blind", [CERTIFICATE], "CI")
        db.add_ldif(rest)
        for server in servers:
            if server.get("hidden"):
                denials.add(server["dn"], "reader", server["hidden"])
    except BaseException:
        db.transaction_cancel()
        raise
    db.transaction_commit()


def main():
    lab = sys.argv[1]
    provision(lab)
    extend_schema(lab, os.path.dirname(os.path.abspath(__file__)))
    db = connect(lab)
    add_accounts(db, lab)
    fill(db, lab)


if __name__ == "__main__":
    main()
