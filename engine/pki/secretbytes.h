// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <openssl/crypto.h>

#include <QByteArray>

#include <cstring>
#include <memory>
#include <utility>

namespace portlight {

// Bytes in memory of their own, wiped when they go.
class SecretBytes
{
public:
    SecretBytes() = default;
    explicit SecretBytes(qsizetype size)
        : m_data(new char[size_t(size)]())
        , m_size(size)
    {}
    explicit SecretBytes(QByteArrayView bytes)
        : SecretBytes(bytes.size())
    {
        if (!bytes.isEmpty())
            std::memcpy(m_data.get(), bytes.data(), size_t(m_size));
    }
    SecretBytes(SecretBytes &&other) noexcept
        : m_data(std::move(other.m_data))
        , m_size(std::exchange(other.m_size, 0))
    {}
    SecretBytes &operator=(SecretBytes &&other) noexcept
    {
        std::swap(m_data, other.m_data);
        std::swap(m_size, other.m_size);
        return *this;
    }
    ~SecretBytes()
    {
        if (m_data)
            OPENSSL_cleanse(m_data.get(), size_t(m_size));
    }

    char *data() { return m_data.get(); }
    unsigned char *bytes() { return reinterpret_cast<unsigned char *>(m_data.get()); }
    qsizetype size() const { return m_size; }
    QByteArrayView view() const { return {m_data.get(), m_size}; }

private:
    std::unique_ptr<char[]> m_data;
    qsizetype m_size = 0;
};

// Wipes and empties. Only where no other QByteArray shares the bytes: Qt would wipe a copy.
inline void wipeSecret(QByteArray &secret)
{
    OPENSSL_cleanse(secret.data(), size_t(secret.size()));
    secret.clear();
}

} // namespace portlight
