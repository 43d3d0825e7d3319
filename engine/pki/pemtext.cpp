// SPDX-License-Identifier: GPL-3.0-or-later
#include "pki/pemtext.h"

#include "pki/tlsfiles.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace portlight {

namespace {

using Pkcs12Handle = std::unique_ptr<PKCS12, OpenSslDelete<PKCS12_free>>;

constexpr QByteArrayView Begin = "-----BEGIN ";
constexpr QByteArrayView End = "-----END ";
constexpr QByteArrayView Dashes = "-----";

// "-----BEGIN X-----": X; empty when the line is none.
QByteArray labelOf(QByteArrayView line, QByteArrayView start)
{
    const QByteArrayView trimmed = line.trimmed();
    if (!line.startsWith(start) || !trimmed.endsWith(Dashes) || trimmed.size() <= start.size() + Dashes.size())
        return {};
    return trimmed.sliced(start.size()).chopped(Dashes.size()).toByteArray();
}

template<typename Handle, typename Parse>
bool isDer(QByteArrayView text, Parse parse)
{
    const auto *bytes = reinterpret_cast<const unsigned char *>(text.data());
    const Handle parsed(parse(nullptr, &bytes, long(text.size())));
    ERR_clear_error();
    return parsed != nullptr;
}

// What the first bytes say of a file that has no PEM in it.
QString whyNoPem(QByteArrayView text, const QString &file, const QString &wanted)
{
    if (text.trimmed().isEmpty())
        return u"the file is empty"_s;
    if (isDer<Pkcs12Handle>(text, d2i_PKCS12))
        return u"it is a PKCS#12 archive, where PEM is wanted: openssl pkcs12 -in %1 -out %1.pem"_s.arg(file);
    if (isDer<CertificateHandle>(text, d2i_X509))
        return u"it is a certificate in DER, where PEM is wanted: openssl x509 -inform DER -in %1 -out %1.pem"_s.arg(
            file);
    if (isDer<KeyHandle>(text, d2i_AutoPrivateKey))
        return u"it is a key in DER, where PEM is wanted: openssl pkey -inform DER -in %1 -out %1.pem"_s.arg(file);
    if (text.startsWith("\xff\xfe") || text.startsWith("\xfe\xff"))
        return u"it is text in UTF-16: save it as plain ASCII"_s;
    if (text.contains('\0'))
        return u"it is binary data, where PEM is wanted"_s;
    return u"no line \"-----BEGIN %1-----\" was found in it"_s.arg(wanted);
}

QString whatElse(const PemBlock &block, const QString &file)
{
    if (block.label.endsWith("CERTIFICATE REQUEST"))
        return u"it holds a certificate request: what the authority answers to it is wanted"_s;
    if (block.label.startsWith("PKCS"))
        return u"it is a PKCS#7 bundle: openssl pkcs7 -print_certs -in %1 -out %1.pem"_s.arg(file);
    if (block.label.endsWith("PUBLIC KEY"))
        return u"it holds a public key alone"_s;
    return u"it holds a block \"%1\" alone"_s.arg(QString::fromLatin1(block.label.left(40)));
}

bool parses(const PemBlock &block)
{
    const BioHandle memory(BIO_new_mem_buf(block.text.data(), int(block.text.size())));
    const CertificateHandle parsed(PEM_read_bio_X509_AUX(memory.get(), nullptr, giveNoPassword, nullptr));
    ERR_clear_error();
    return parsed != nullptr;
}

QString cutOff(const char *what, const PemBlock &block)
{
    return u"the %1 that begins in line %2 is cut off: its end line is missing"_s.arg(QLatin1String(what))
        .arg(block.line);
}

template<typename Test>
const PemBlock *findBlock(const std::vector<PemBlock> &blocks, Test test)
{
    const auto found = std::find_if(blocks.begin(), blocks.end(), test);
    return found == blocks.end() ? nullptr : &*found;
}

} // namespace

bool PemBlock::isCertificate() const
{
    return label == "CERTIFICATE" || label == "X509 CERTIFICATE" || label == "TRUSTED CERTIFICATE";
}

bool PemBlock::isPrivateKey() const
{
    return label.endsWith("PRIVATE KEY");
}

std::vector<PemBlock> findPemBlocks(QByteArrayView text)
{
    std::vector<PemBlock> blocks;
    if (text.startsWith("\xef\xbb\xbf")) // a byte order mark, which OpenSSL passes over, too
        text = text.sliced(3);
    qsizetype blockAt = -1; // of the block that is open
    int number = 0;
    for (qsizetype at = 0; at < text.size();) {
        const qsizetype newline = text.indexOf('\n', at);
        const qsizetype next = newline < 0 ? text.size() : newline + 1;
        const QByteArrayView line = text.sliced(at, next - at);
        ++number;
        if (const QByteArray label = labelOf(line, Begin); !label.isEmpty()) {
            if (blocks.size() == PemBlocksMax)
                break;
            blocks.push_back({label, number, {}, false, label.startsWith("ENCRYPTED ")});
            blockAt = at;
        } else if (blockAt >= 0 && line.startsWith("Proc-Type:") && line.contains("ENCRYPTED")) {
            blocks.back().encrypted = true; // OpenSSL's own form of old
        } else if (blockAt >= 0 && labelOf(line, End) == blocks.back().label) {
            blocks.back().complete = true;
            blocks.back().text = text.sliced(blockAt, next - blockAt);
            blockAt = -1;
        }
        if (blockAt >= 0)
            blocks.back().text = text.sliced(blockAt, next - blockAt);
        at = next;
    }
    return blocks;
}

QString whyNoCertificate(QByteArrayView text, const QString &file)
{
    const std::vector<PemBlock> blocks = findPemBlocks(text);
    if (blocks.empty())
        return whyNoPem(text, file, u"CERTIFICATE"_s);
    for (const PemBlock &block : blocks) {
        if (!block.isCertificate())
            continue;
        if (!block.complete)
            return cutOff("certificate", block);
        if (!parses(block))
            return u"the certificate that begins in line %1 is damaged"_s.arg(block.line);
    }
    if (findBlock(blocks, [](const PemBlock &block) { return block.isCertificate(); }))
        return u"something behind its certificates is damaged"_s;
    if (findBlock(blocks, [](const PemBlock &block) { return block.isPrivateKey(); }))
        return u"it holds a key and no certificate: are certificate and key exchanged?"_s;
    return whatElse(blocks.front(), file);
}

QString whyNoKey(QByteArrayView text, const QString &file, size_t passwords)
{
    const std::vector<PemBlock> blocks = findPemBlocks(text);
    if (blocks.empty())
        return whyNoPem(text, file, u"PRIVATE KEY"_s);
    const PemBlock *const key = findBlock(blocks, [](const PemBlock &block) { return block.isPrivateKey(); });
    if (!key) {
        if (findBlock(blocks, [](const PemBlock &block) { return block.isCertificate(); }))
            return u"it holds a certificate and no key: are certificate and key exchanged?"_s;
        return whatElse(blocks.front(), file);
    }
    if (!key->complete)
        return cutOff("key", *key);
    if (!key->encrypted)
        return u"the key that begins in line %1 is damaged, or of a kind that is not known"_s.arg(key->line);
    if (passwords == 0)
        return u"the key is encrypted: name a file with its password in ssl_password_file"_s;
    if (passwords == 1)
        return u"the key is encrypted, and the password in ssl_password_file does not open it"_s;
    return u"the key is encrypted, and none of the %1 passwords in ssl_password_file opens it"_s.arg(passwords);
}

} // namespace portlight
