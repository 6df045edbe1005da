// Package certstore gathers the certificates of the store LocalMachine\My: from
// certificate files that were exported from it, on any system ([Files]), or on
// Windows from the store itself ([LocalMachine]).
//
// Files are recognized by their content, never by their name: PEM, DER, PKCS#7
// (.p7b), PKCS#12 (.pfx) and serialized stores (.sst). All certificates in a
// file count as the store's content. This includes CA certificates from a
// PKCS#12 file or a full chain, which Windows would put into another store:
// they complete the chains of the other certificates, and never become
// eligible, because they have no private key and no services here.
//
// What a file cannot tell is unknown, not false. A certificate has a private
// key if any of the files contains the matching key. Only a serialized store
// can say that there is none, because it includes the store's own record of
// each certificate's key (CERT_KEY_PROV_INFO_PROP_ID).
package certstore
