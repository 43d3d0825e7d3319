// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/resolver.h"

#include <QRandomGenerator>

#include <algorithm>

namespace portlight {

// One type of record of a question.
struct Resolver::Part final : DnsObserver {
    // Idle ─→ Asking ─→ Done
    //   └───────┘ no server answered, or none could be understood
    enum class State : quint8 { Idle, Asking, Done };

    Part(ResolverQuestion &of, DnsType asked)
        : question(of)
        , type(asked)
    {}
    void dnsReplied(const DnsReply &reply) override;

    ResolverQuestion &question;
    const DnsType type;
    State state = State::Idle;
};

// A name that servers are being asked for, and who waits for it.
struct ResolverQuestion {
    using Part = Resolver::Part;
    ResolverQuestion(Resolver &resolver, const ResolverKey &asked);
    bool isIn(Part::State state) const
    {
        return std::any_of(parts.begin(), parts.end(), [=](const auto &part) { return part->state == state; });
    }

    Resolver &owner;
    const ResolverKey key;
    std::vector<std::unique_ptr<Part>> parts; // one a type of record
    ResolverEntry entry;
    quint32 ttl = std::numeric_limits<quint32>::max();
    ResolveState failure = ResolveState::Ok; // the first that a server gave
    std::vector<ResolverQuery *> waiting;
    Timer retry;
};

ResolverQuestion::ResolverQuestion(Resolver &resolver, const ResolverKey &asked)
    : owner(resolver)
    , key(asked)
    , retry(
          resolver.m_loop.timers(),
          [](void *context) {
              auto *question = static_cast<ResolverQuestion *>(context);
              question->owner.retry(*question);
          },
          this)
{
    if (key.isService) {
        parts.push_back(std::make_unique<Part>(*this, DnsType::Srv));
        return;
    }
    if (resolver.m_config.ipv4)
        parts.push_back(std::make_unique<Part>(*this, DnsType::A));
    if (resolver.m_config.ipv6)
        parts.push_back(std::make_unique<Part>(*this, DnsType::Aaaa));
}

void Resolver::Part::dnsReplied(const DnsReply &reply)
{
    question.owner.replied(*this, reply);
}

Resolver::Resolver(EngineLoop &loop, const ResolverConfig &config, ErrorLog &log, Options options)
    : m_loop(loop)
    , m_config(config)
    , m_log(log)
    , m_options(std::move(options))
    , m_random(m_options.random ? m_options.random
                                : RandomBelow([](quint32 bound) { return QRandomGenerator::global()->bounded(bound); }))
    , m_cleanUp(
          loop, [](void *resolver) { static_cast<Resolver *>(resolver)->m_over.clear(); }, this)
    , m_channel(loop, config.servers, m_options.serverTimeout)
{}

Resolver::~Resolver()
{
    for (const auto &[key, question] : m_questions) {
        for (ResolverQuery *query : question->waiting) {
            query->m_question = nullptr;
            query->cancel();
        }
    }
}

// --- the query's side ---

void Resolver::attach(ResolverQuery &query)
{
    if (answerFromCache(query))
        return;
    const auto known = m_questions.find(query.m_key);
    ResolverQuestion *question = known != m_questions.end() ? known->second.get() : beginQuestion(query.m_key);
    if (!question) {
        complain(query.m_key, "too many names are being looked up");
        query.fail(ResolveState::ServerFailure, failureUntil());
        return;
    }
    query.m_question = question;
    question->waiting.push_back(&query);
    if (!question->isIn(Part::State::Asking) && !question->retry.isActive())
        askIdleParts(*question); // last: what is refused at once ends it here
}

void Resolver::detach(ResolverQuery &query)
{
    if (!query.m_question)
        return;
    auto &waiting = query.m_question->waiting;
    waiting.erase(std::find(waiting.begin(), waiting.end(), &query));
    query.m_question = nullptr;
}

// True: the query knows what it wanted, or that it will not.
bool Resolver::answerFromCache(ResolverQuery &query)
{
    while (const ResolverEntry *entry = m_cache.find(query.m_key, m_loop.now())) {
        if (entry->hasAddresses() || !entry->services.empty()) {
            answerFrom(query, *entry, false);
            return true;
        }
        if (!query.follow(QByteArray(entry->canonicalName))) {
            query.fail(ResolveState::HostNotFound, failureUntil());
            return true;
        }
    }
    return false;
}

// nginx rotates what it knew already only: a fresh answer has the server's own order.
void Resolver::answerFrom(ResolverQuery &query, const ResolverEntry &entry, bool fresh)
{
    if (!entry.hasAddresses())
        return query.lookUpInstances(ResolverEntry(entry)); // looking them up may change the cache
    std::vector<ResolvedAddress> resolved;
    for (const SocketAddress &address : fresh ? entry.addresses() : entry.rotatedAddresses(m_random))
        resolved.push_back({address, {}, 0, 1});
    query.finish(std::move(resolved), entry.validUntil);
}

std::vector<ResolvedAddress> Resolver::loopbacks() const
{
    std::vector<ResolvedAddress> both;
    if (m_config.ipv4)
        both.push_back({*SocketAddress::fromNumeric("127.0.0.1", 0), {}, 0, 1});
    if (m_config.ipv6)
        both.push_back({*SocketAddress::fromNumeric("::1", 0), {}, 0, 1});
    return both;
}

SteadyTime Resolver::failureUntil() const
{
    return m_loop.now() + (m_config.valid.count() > 0 ? m_config.valid : FailureValid);
}

// --- the servers' side ---

ResolverQuestion *Resolver::beginQuestion(const ResolverKey &key)
{
    if (m_questions.size() >= QuestionsMax)
        return nullptr;
    return m_questions.emplace(key, std::make_unique<ResolverQuestion>(*this, key)).first->second.get();
}

void Resolver::askIdleParts(ResolverQuestion &question)
{
    question.retry.stop();
    // By index, and the question lives on in m_over when one of them ends it.
    for (size_t i = 0; i < question.parts.size(); ++i) {
        Part &part = *question.parts[i];
        if (part.state != Part::State::Idle)
            continue;
        part.state = Part::State::Asking;
        m_channel.ask(question.key.name, part.type, &part);
    }
}

void Resolver::replied(Part &part, const DnsReply &reply)
{
    if (reply.error == EINVAL) { // no name that could be asked for: what does not exist
        DnsAnswer answer;
        answer.code = int(ResolveState::HostNotFound);
        partAnswered(part, answer);
    } else if (reply.error != 0 || !reply.answer.ok()) {
        partFailed(part, reply);
    } else {
        partAnswered(part, *reply.answer);
    }
}

void Resolver::partFailed(Part &part, const DnsReply &reply)
{
    ResolverQuestion &question = part.question;
    part.state = Part::State::Idle;
    if (reply.error == 0)
        complain(question.key, reply.answer.error().message.toUtf8());
    else if (reply.error != ETIMEDOUT)
        complain(question.key, "recv() failed (" + describeErrno(reply.error) + ") while resolving");
    if (reply.error == ETIMEDOUT && !question.waiting.empty())
        askIdleParts(question);
    else
        settle(question);
}

void Resolver::partAnswered(Part &part, const DnsAnswer &answer)
{
    ResolverQuestion &question = part.question;
    // ngx_resolver_process_response takes these for noise, and asks again later.
    if (answer.code == int(ResolveState::FormatError) || answer.code > int(ResolveState::Refused)) {
        part.state = Part::State::Idle;
        complain(question.key, "DNS error (" + describeResolveState(ResolveState(answer.code)) + ')');
        return settle(question);
    }
    part.state = Part::State::Done;
    if (answer.unexpectedType)
        complain(question.key, "unexpected RR type " + QByteArray::number(*answer.unexpectedType) + " in DNS response");
    if (question.failure == ResolveState::Ok)
        question.failure = ResolveState(answer.code);
    ResolverEntry &entry = question.entry;
    entry.addresses4.insert(entry.addresses4.end(), answer.addresses4.begin(), answer.addresses4.end());
    entry.addresses6.insert(entry.addresses6.end(), answer.addresses6.begin(), answer.addresses6.end());
    if (!answer.services.empty())
        entry.services = answer.services;
    if (answer.hasCanonical)
        entry.canonicalName = answer.canonicalName;
    question.ttl = std::min(question.ttl, answer.ttl);
    settle(question);
}

void Resolver::settle(ResolverQuestion &question)
{
    if (question.isIn(Part::State::Asking))
        return;
    if (!question.isIn(Part::State::Idle))
        finish(question);
    else if (question.waiting.empty())
        remove(question);
    else
        question.retry.start(m_options.serverTimeout);
}

void Resolver::retry(ResolverQuestion &question)
{
    if (question.waiting.empty())
        settle(question);
    else
        askIdleParts(question);
}

void Resolver::finish(ResolverQuestion &question)
{
    const std::vector<ResolverQuery *> waiting = std::exchange(question.waiting, {});
    for (ResolverQuery *query : waiting)
        query->m_question = nullptr;
    ResolverEntry &entry = question.entry;
    const bool named = !entry.canonicalName.isEmpty();
    if (question.failure == ResolveState::Ok && !entry.hasAddresses() && entry.services.empty() && !named)
        question.failure = ResolveState::HostNotFound;
    remove(question); // it lives on until the end of the turn
    if (question.failure != ResolveState::Ok) {
        for (ResolverQuery *query : waiting)
            query->fail(question.failure, failureUntil());
        return;
    }
    const std::chrono::seconds ttl(m_config.valid.count() > 0 ? m_config.valid : std::chrono::seconds(question.ttl));
    entry.validUntil = m_loop.now() + std::min<std::chrono::milliseconds>(ttl, Timer::AfterMax);
    m_cache.store(question.key, entry, m_loop.now());
    for (ResolverQuery *query : waiting) {
        if (entry.hasAddresses() || !entry.services.empty())
            answerFrom(*query, entry, true);
        else if (query->follow(entry.canonicalName))
            attach(*query);
        else
            query->fail(ResolveState::HostNotFound, failureUntil());
    }
}

void Resolver::remove(ResolverQuestion &question)
{
    question.retry.stop();
    const auto place = m_questions.find(question.key);
    m_over.push_back(std::move(place->second));
    m_questions.erase(place);
    m_cleanUp.schedule();
}

void Resolver::complain(const ResolverKey &key, QByteArrayView text)
{
    QByteArray servers;
    for (const SocketAddress &server : m_config.servers)
        servers += (servers.isEmpty() ? "" : " ") + server.toString();
    m_log.write(LogLevel::Error, text.toByteArray() + ", resolver: " + servers + ", name:\"" + key.name + '"');
}

} // namespace portlight
