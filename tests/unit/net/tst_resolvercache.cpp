// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/resolvercache.h"

#include <QTest>

using namespace portlight;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

class ResolverCacheTest : public QObject
{
    Q_OBJECT

    static in_addr v4(quint32 address) { return {htonl(address)}; }
    static in6_addr v6(quint8 last)
    {
        in6_addr address{};
        address.s6_addr[15] = last;
        return address;
    }
    static ResolverEntry entry(std::chrono::seconds validUntil)
    {
        ResolverEntry made;
        made.addresses4 = {v4(0x0a000001)};
        made.validUntil = SteadyTime(validUntil);
        return made;
    }
    static QByteArray hosts(const std::vector<SocketAddress> &addresses)
    {
        QByteArrayList all;
        for (const SocketAddress &address : addresses)
            all.append(address.host());
        return all.join(' ');
    }

private Q_SLOTS:
    void whatIsStoredHoldsUntilItsTime()
    {
        ResolverCache cache;
        const ResolverKey key{"shop.test", false};
        QVERIFY(!cache.find(key, SteadyTime(0s)));
        cache.store(key, entry(10s), SteadyTime(0s));
        QVERIFY(cache.find(key, SteadyTime(9999ms)));
        QVERIFY(!cache.find(key, SteadyTime(10s)));
        QVERIFY(!cache.find({"shop.test", true}, SteadyTime(0s))); // a service of that name is another question
    }

    void whatIsStoredAgainTakesTheOldOnesPlace()
    {
        ResolverCache cache;
        const ResolverKey key{"shop.test", false};
        cache.store(key, entry(10s), SteadyTime(0s));
        cache.store(key, entry(20s), SteadyTime(5s));
        QCOMPARE(cache.size(), size_t(1));
        QVERIFY(cache.find(key, SteadyTime(15s)));
    }

    void nothingIsKeptThatNobodyAsksFor()
    {
        ResolverCache cache;
        cache.store({"asked.test", false}, entry(1000s), SteadyTime(0s));
        cache.store({"forgotten.test", false}, entry(1000s), SteadyTime(0s));
        QVERIFY(cache.find({"asked.test", false}, SteadyTime(20s)));
        // At the bound it stays, past it it goes.
        cache.store({"a.test", false}, entry(1000s), SteadyTime(ResolverCache::UnusedMax));
        QCOMPARE(cache.size(), size_t(3));
        cache.store({"b.test", false}, entry(1000s), SteadyTime(ResolverCache::UnusedMax + 1s));
        QCOMPARE(cache.size(), size_t(3));
        QVERIFY(!cache.find({"forgotten.test", false}, SteadyTime(31s)));
        QVERIFY(cache.find({"asked.test", false}, SteadyTime(31s)));
    }

    void theOneNotAskedForLongestMakesRoom()
    {
        ResolverCache cache;
        for (size_t i = 0; i < ResolverCache::EntriesMax; ++i)
            cache.store({QByteArray::number(i), false}, entry(1000s), SteadyTime(0s));
        QCOMPARE(cache.size(), ResolverCache::EntriesMax);
        QVERIFY(cache.find({"0", false}, SteadyTime(1s)));
        cache.store({"one more", false}, entry(1000s), SteadyTime(1s));
        QCOMPARE(cache.size(), ResolverCache::EntriesMax);
        QVERIFY(cache.find({"0", false}, SteadyTime(1s)));
        QVERIFY(!cache.find({"1", false}, SteadyTime(1s)));
    }

    void addressesAreRotatedWithinTheirFamilyAndAsAWhole()
    {
        ResolverEntry known;
        known.addresses4 = {v4(0x0a000001), v4(0x0a000002), v4(0x0a000003)};
        known.addresses6 = {v6(1), v6(2)};
        QCOMPARE(hosts(known.addresses()), "10.0.0.1 10.0.0.2 10.0.0.3 ::1 ::2"_ba);
        std::vector<quint32> chances = {0, 0, 0};
        std::vector<quint32> bounds;
        size_t next = 0;
        const RandomBelow chance = [&](quint32 bound) {
            bounds.push_back(bound);
            return chances[next++];
        };
        QCOMPARE(hosts(known.rotatedAddresses(chance)), "10.0.0.1 10.0.0.2 10.0.0.3 ::1 ::2"_ba);
        QCOMPARE(bounds, (std::vector<quint32>{5, 3, 2}));
        chances = {4, 1, 1};
        next = 0;
        QCOMPARE(hosts(known.rotatedAddresses(chance)), "10.0.0.3 10.0.0.1 ::2 ::1 10.0.0.2"_ba);
    }

    void oneFamilyAloneIsRotatedAsWell()
    {
        ResolverEntry known;
        known.addresses6 = {v6(1), v6(2)};
        std::vector<quint32> chances = {1, 0};
        size_t next = 0;
        QCOMPARE(hosts(known.rotatedAddresses([&](quint32) { return chances[next++]; })), "::2 ::1"_ba);
        QVERIFY(ResolverEntry().rotatedAddresses([](quint32) { return 0; }).empty());
    }
};

QTEST_APPLESS_MAIN(ResolverCacheTest)
#include "tst_resolvercache.moc"
