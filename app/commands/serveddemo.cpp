// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/demoorigin.h"
#include "api/httpsdefault.h"
#include "commands/commandline.h"
#include "commands/servedconfig.h"
#include "config/domainhttps.h"
#include "names/listeningports.h"
#include "pki/localcertificates.h"

#include <QTcpServer>

namespace portlight {

using namespace Qt::StringLiterals;

namespace {

// Ports tried from DefaultListenPort on, and as many from DefaultTlsPort on.
constexpr int DemoPortsMax = 100;
constexpr const char *DemoName = "demo.localhost";

bool isFree(quint16 port)
{
    for (const QHostAddress::SpecialAddress address : {QHostAddress::LocalHost, QHostAddress::LocalHostIPv6}) {
        QTcpServer probe;
        // A machine without IPv6 has no such address; only a port in use counts.
        if (!probe.listen(QHostAddress(address), port) && probe.serverError() == QAbstractSocket::AddressInUseError)
            return false;
    }
    return true;
}

// The built-in backend behind http://demo.localhost, and https:// where this desk has an authority, with a
// configuration that exists in memory only.
class ServedDemo final : public ServedConfig
{
public:
    explicit ServedDemo(const ServeOptions &options)
        : m_certificates(options.localCertificates)
        , m_tree(emptyConfig(u"demo"_s))
        , m_engine(options.engineOptions())
    {}

    ProxyEngine &engine() override { return m_engine; }
    const ConfigTree &tree() const override { return m_tree; }

    std::optional<int> start() override
    {
        const auto origin = m_origin.start();
        const auto port = findPort(DefaultListenPort, m_holder);
        if (!origin || !port) {
            printFailure(origin ? port.error() : origin.error());
            return ExitCannotStart;
        }
        m_port = *port;
        m_target = u"http://127.0.0.1:%1"_s.arg(*origin);
        if (const Result<void> mapped = map(); !mapped) {
            printFailure(mapped.error());
            return ExitCannotStart;
        }
        apply();
        return std::nullopt;
    }

    void reload(ServeLog &) override { apply(); }

    // An authority may have come into being, or be gone.
    void certificatesChanged() override
    {
        const QString before = m_url;
        if (const Result<void> mapped = map(); !mapped) {
            printFailure(mapped.error());
            return;
        }
        if (m_url != before)
            print(u"Now at %1\n"_s.arg(m_url));
        apply();
    }

    QString greeting() const override
    {
        QString text = u"The demo runs.\n"_s;
        if (!m_holder.isEmpty())
            text += u"Port %1 is taken by %2, so another one is used.\n"_s.arg(DefaultListenPort).arg(m_holder);
        if (!m_tlsHolder.isEmpty())
            text += u"Port %1 is taken by %2, so another one is used.\n"_s.arg(DefaultTlsPort).arg(m_tlsHolder);
        return text;
    }

    QString advice() const override
    {
        const QString trust = m_hasHttps ? u"Browsers accept its certificate after: portlightctl ca trust\n"_s
                                         : u"For https as well: portlightctl ca init && portlightctl ca trust\n"_s;
        return u"\nOpen it in a browser, or try:\n"
               u"  curl %1/api/time              JSON\n"
               u"  curl %1/headers               what the backend sees\n"
               u"  curl -N %1/events             an event each second\n"
               u"  curl -N %1/stream             an answer in pieces\n"
               u"  curl '%1/slow?ms=2000'        an answer that takes its time\n"
               u"  curl -i '%1/fail?status=503'  a failure of the backend\n"
               u"  curl -i %1/break              a backend that breaks off\n"_s.arg(m_httpUrl)
               + trust;
    }

private:
    void apply() { m_engine.applyConfig(std::make_shared<const ConfigTree>(m_tree), true); }

    // Writes the domain anew, with HTTPS when there is an authority that signs its name.
    Result<void> map()
    {
        ConfigTree tree = emptyConfig(u"demo"_s);
        DomainDraft draft = withDefaultHttps({QString::fromLatin1(DemoName), m_target, m_port}, tree,
                                             m_certificates ? m_certificates->suffixes() : QByteArrayList());
        m_hasHttps = draft.https.value_or(false);
        m_httpUrl = u"http://%1:%2"_s.arg(QLatin1String(DemoName)).arg(m_port);
        if (m_hasHttps && m_tlsPort == 0) {
            const Result<quint16> port = findPort(DefaultTlsPort, m_tlsHolder);
            if (!port)
                return port.error();
            m_tlsPort = *port;
        }
        draft.tlsPort = m_tlsPort;
        const Result<int> added = addDomain(tree, draft);
        if (!added)
            return added.error();
        m_url = listDomains(tree).value(*added).url;
        m_tree = std::move(tree);
        return {};
    }

    static Result<quint16> findPort(quint16 first, QString &holder)
    {
        for (int tried = 0; tried < DemoPortsMax; ++tried) {
            const auto port = static_cast<quint16>(first + tried);
            if (isFree(port))
                return port;
            if (tried == 0) {
                holder = portHolder(port);
                if (holder.isEmpty())
                    holder = u"another process"_s;
            }
        }
        return Error{ErrorCode::AddressInUse,
                     u"the ports %1 to %2 are all taken"_s.arg(first).arg(first + DemoPortsMax - 1)};
    }

    const std::shared_ptr<LocalCertificates> m_certificates;
    ConfigTree m_tree;
    DemoOrigin m_origin;
    ProxyEngine m_engine;
    QString m_target;
    QString m_url;
    QString m_httpUrl;
    quint16 m_port = 0;
    quint16 m_tlsPort = 0; // 0: not looked for yet
    bool m_hasHttps = false;
    QString m_holder; // of the port we wanted first
    QString m_tlsHolder;
};

} // namespace

std::unique_ptr<ServedConfig> makeServedDemo(const ServeOptions &options)
{
    return std::make_unique<ServedDemo>(options);
}

} // namespace portlight
