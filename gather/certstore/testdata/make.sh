#!/bin/sh
# make.sh created the files next to it with other programs: openssl 3.0, keytool
# of Java 17 and pk12util of NSS 3.87. The keys are not used elsewhere. A new
# run creates new keys and changes the thumbprints in the tests.
set -eu
cd "$(dirname "$0")"
key() {
	openssl req -x509 -newkey $2 -nodes -keyout $1.key -out $1.crt -days 36500 \
		-subj "/CN=$1" -addext "subjectAltName=DNS:$1.corp.contoso.test"
}
key ex01 rsa:2048
key ex02 'ec -pkeyopt ec_paramgen_curve:P-256'

pfx() { openssl pkcs12 -export -inkey ex01.key -in ex01.crt -name 'Microsoft Exchange' "$@"; }
pfx -out openssl-aes.pfx -passout pass:geheim
pfx -out openssl-rc2.pfx -passout pass:geheim -legacy
pfx -out openssl-3des-empty.pfx -passout pass: -descert -legacy
pfx -out openssl-3des-pbes2.pfx -passout pass:geheim -keypbe PBE-SHA1-2DES -certpbe DES-EDE3-CBC -macalg SHA224
pfx -out openssl-nomac.pfx -passout pass:geheim -nomac

# Two certificates with their keys in one file.
java() {
	keytool -importkeystore -noprompt -srckeystore "$1" -srcstorepass geheim \
		-destkeystore keytool.pfx -deststoretype PKCS12 -deststorepass geheim
}
openssl pkcs12 -export -inkey ex02.key -in ex02.crt -name second -out second.pfx -passout pass:geheim
java openssl-aes.pfx
java second.pfx
rm second.pfx

# NSS writes BER of indefinite length.
mkdir nss
certutil -N -d sql:nss --empty-password
pk12util -i openssl-aes.pfx -d sql:nss -W geheim
pk12util -o nss-ber.pfx -n 'Microsoft Exchange' -d sql:nss -W geheim
rm -r nss

openssl crl2pkcs7 -nocrl -certfile ex01.crt -certfile ex02.crt -outform DER -out openssl.p7b
openssl crl2pkcs7 -nocrl -certfile ex01.crt -certfile ex02.crt -out openssl-pem.p7b
openssl pkcs12 -in openssl-aes.pfx -passin pass:geheim -nodes -out bundle.pem
openssl rsa -in ex01.key -aes256 -traditional -passout pass:geheim -out ex01-encrypted-pkcs1.key
openssl pkcs8 -in ex01.key -topk8 -passout pass:geheim -outform DER -out ex01-encrypted.p8
for c in ex01 ex02; do openssl x509 -in $c.crt -noout -fingerprint -sha1 | tr -d : ; done
