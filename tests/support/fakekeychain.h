// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "pki/passphrasestore.h"

#include <QHash>

#include <deque>
#include <memory>
#include <optional>

namespace portlight::testing {

// What a keychain holds and does, for a test to look into; it outlives the store.
struct KeychainState {
    QHash<QString, QByteArray> entries;
    std::optional<Error> refusal; // of every call
    bool holds = false;           // calls wait for answerHeld()
    int reads = 0;
    std::deque<std::function<void()>> held;
    std::deque<std::function<void()>> cancels; // of the same

    void answerHeld()
    {
        for (const auto &answer : std::exchange(held, {}))
            answer();
        cancels.clear();
    }
};

// A keychain in memory that refuses, holds its answers back, or answers in the next turn of the event loop. Like the
// real one it answers nothing more once it is destroyed or was cancelled.
class FakeKeychain final : public QObject, public PassphraseStore
{
public:
    explicit FakeKeychain(std::shared_ptr<KeychainState> state)
        : m_state(std::move(state))
    {}
    ~FakeKeychain() override
    {
        m_state->held.clear();
        m_state->cancels.clear();
    }

    void read(const QString &key, Read answer) override
    {
        ++m_state->reads;
        hold(
            [this, key, answer] {
                if (m_state->refusal)
                    answer(*m_state->refusal);
                else if (!m_state->entries.contains(key))
                    answer(Error{ErrorCode::NotFound, QStringLiteral("no such entry"), {}, {}});
                else
                    answer(m_state->entries.value(key));
            },
            [answer](const Error &error) { answer(error); });
    }
    void write(const QString &key, const QByteArray &passphrase, Done answer) override
    {
        hold(
            [this, key, passphrase, answer] {
                if (m_state->refusal) {
                    answer(*m_state->refusal);
                    return;
                }
                m_state->entries.insert(key, passphrase);
                answer({});
            },
            [answer](const Error &error) { answer(error); });
    }
    void remove(const QString &key, Done answer) override
    {
        hold(
            [this, key, answer] {
                m_state->entries.remove(key);
                answer({});
            },
            [answer](const Error &error) { answer(error); });
    }
    void cancel() override
    {
        m_state->held.clear();
        for (const auto &refuse : std::exchange(m_state->cancels, {}))
            QMetaObject::invokeMethod(this, refuse, Qt::QueuedConnection);
    }

private:
    void hold(const std::function<void()> &act, const std::function<void(const Error &)> &refuse)
    {
        if (!m_state->holds) {
            QMetaObject::invokeMethod(this, act, Qt::QueuedConnection);
            return;
        }
        m_state->held.push_back(act);
        m_state->cancels.push_back([refuse] { refuse({ErrorCode::Cancelled, QStringLiteral("given up"), {}, {}}); });
    }

    std::shared_ptr<KeychainState> m_state;
};

} // namespace portlight::testing
