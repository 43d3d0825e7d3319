// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/httpmutations.h"

#include "support/httpbattery.h"

#include <QByteArrayList>

#include <random>

namespace portlight::testing {

using namespace Qt::StringLiterals;

namespace {

// The engine's numbers are the same in every standard library; its distributions are not.
class Mutator
{
public:
    explicit Mutator(quint32 seed)
        : m_random(seed)
    {}

    QByteArray make()
    {
        QByteArray bytes = sample();
        const int changes = 1 + below(3);
        for (int i = 0; i < changes; ++i)
            change(bytes);
        return bytes;
    }

private:
    int below(qsizetype bound) { return bound > 0 ? int(m_random() % quint32(bound)) : 0; }
    const QByteArray &sample() { return httpBattery()[size_t(below(qsizetype(httpBattery().size())))].bytes; }

    char oddByte()
    {
        static const QByteArray odd = "\r\n\r\n\t  ::;,\0\x0b\x7f\xff\"\\=0159afGxX_-@#?/%."_ba;
        return odd[below(odd.size())];
    }

    QByteArray oddLine()
    {
        static const QByteArrayList lines = {
            "Transfer-Encoding: chunked\r\n"_ba,
            "Transfer-Encoding: identity\r\n"_ba,
            "Content-Length: 5\r\n"_ba,
            "Content-Length: 0\r\n"_ba,
            "Connection: close\r\n"_ba,
            "Host: b\r\n"_ba,
            "X: y\n"_ba,
            " z\r\n"_ba,
            "\r\n"_ba,
            "0\r\n\r\n"_ba,
            "5\r\nhello\r\n"_ba,
            "Expect: 100-continue\r\n"_ba,
        };
        return lines[below(lines.size())];
    }

    void change(QByteArray &bytes)
    {
        const int at = below(bytes.size());
        switch (below(8)) {
        case 0: bytes.insert(at, oddByte()); break;
        case 1: bytes.remove(at, 1); break;
        case 2:
            if (!bytes.isEmpty())
                bytes[at] = oddByte();
            break;
        case 3: bytes.insert(bytes.indexOf('\n', at) + 1, oddLine()); break;
        case 4: doubleLine(bytes, at); break;
        case 5: bytes = bytes.first(at) + sample().right(below(80)); break;
        case 6: bytes.insert(at, QByteArray(1 + below(3), oddByte())); break;
        default: bytes += sample(); break;
        }
    }

    static void doubleLine(QByteArray &bytes, qsizetype at)
    {
        const qsizetype start = at > 0 ? bytes.lastIndexOf('\n', at - 1) + 1 : 0;
        const qsizetype end = bytes.indexOf('\n', at);
        if (end >= start)
            bytes.insert(start, bytes.sliced(start, end + 1 - start));
    }

    std::mt19937 m_random;
};

} // namespace

std::vector<QByteArray> mutatedSamples(int count, quint32 seed)
{
    Mutator mutator{seed};
    std::vector<QByteArray> samples;
    samples.reserve(size_t(count));
    while (samples.size() < size_t(count))
        samples.push_back(mutator.make());
    return samples;
}

} // namespace portlight::testing
