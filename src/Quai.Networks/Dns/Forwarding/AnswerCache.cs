using System.Collections.Immutable;
using Quai.Networks.Dns.Messages;

namespace Quai.Networks.Dns.Forwarding;

/// <summary>
/// Answers of other servers, kept for as long as they say and no longer than the servers are the same. Bounded in number and size: a new one takes the
/// place of the oldest. Safe for concurrent use.
/// </summary>
/// <param name="entries">How many; 0 for none.</param>
/// <param name="mostTime">The longest that one is kept.</param>
/// <param name="time">What time it is.</param>
internal sealed class AnswerCache(int entries, TimeSpan mostTime, TimeProvider time)
{
    /// <summary>Bytes of the largest answer that is kept.</summary>
    public const int LargestAnswer = 2048;

    private const int LongestKey = MessageLayout.LongestName + 7;

    private readonly Lock _lock = new();
    private readonly Dictionary<byte[], Entry> _entries = new(WireNameComparer.Instance);
    private readonly byte[]?[] _ring = new byte[]?[entries];
    private ImmutableArray<UpstreamServer> _servers = [];
    private int _next;

    /// <summary>How many there are.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _entries.Count;
            }
        }
    }

    /// <summary>Finds the answer to a question.</summary>
    /// <param name="message">The client's message.</param>
    /// <param name="query">What it asks.</param>
    /// <param name="servers">Who would be asked.</param>
    /// <param name="room">Where to write it.</param>
    /// <returns>Its bytes; 0 where there is none, or no room for it.</returns>
    public int Find(ReadOnlySpan<byte> message, in DnsQuery query, ImmutableArray<UpstreamServer> servers, Span<byte> room)
    {
        if (entries == 0 || query.HasMore)
        {
            return 0;
        }

        Span<byte> key = stackalloc byte[LongestKey];
        key = key[..WriteKey(message, query, key)];
        byte[] answer;
        uint age;
        lock (_lock)
        {
            if (!_servers.AsSpan().SequenceEqual(servers.AsSpan()) || !_entries.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(key, out Entry? entry))
            {
                return 0;
            }

            TimeSpan since = time.GetElapsedTime(entry.Since);
            if (since >= entry.Lifetime)
            {
                Remove(entry.Slot);
                return 0;
            }

            (answer, age) = (entry.Answer, (uint)since.TotalSeconds);
        }

        if (answer.Length > room.Length)
        {
            return 0;
        }

        answer.CopyTo(room);
        RelayedAnswer.Readdress(room, message, query);
        RelayedAnswer.Age(room[..answer.Length], age, query);
        return answer.Length;
    }

    /// <summary>Keeps an answer, if it may be kept.</summary>
    /// <param name="message">The client's message.</param>
    /// <param name="query">What it asks.</param>
    /// <param name="servers">Who was asked.</param>
    /// <param name="answer">What one of them said.</param>
    public void Keep(ReadOnlySpan<byte> message, in DnsQuery query, ImmutableArray<UpstreamServer> servers, ReadOnlySpan<byte> answer)
    {
        if (entries == 0 || query.HasMore || answer.Length > LargestAnswer || RelayedAnswer.Lifetime(answer, query) is not (> 0 and var seconds))
        {
            return;
        }

        Span<byte> room = stackalloc byte[LongestKey];
        byte[] key = room[..WriteKey(message, query, room)].ToArray();
        TimeSpan lifetime = TimeSpan.FromSeconds(seconds);
        lock (_lock)
        {
            if (!_servers.AsSpan().SequenceEqual(servers.AsSpan()))
            {
                // What others said is not what these would say; nor may a container that was cut off go on being told it.
                _entries.Clear();
                Array.Clear(_ring);
                _servers = servers;
            }

            if (_entries.TryGetValue(key, out Entry? old))
            {
                Remove(old.Slot);
            }

            Remove(_next);
            _ring[_next] = key;
            _entries[key] = new Entry(answer.ToArray(), time.GetTimestamp(), lifetime < mostTime ? lifetime : mostTime, _next);
            _next = (_next + 1) % entries;
        }
    }

    private void Remove(int slot)
    {
        if (_ring[slot] is { } key)
        {
            _entries.Remove(key);
            _ring[slot] = null;
        }
    }

    /// <summary>A question: name, type, class, and what in the header and in EDNS makes for another answer.</summary>
    private static int WriteKey(ReadOnlySpan<byte> message, in DnsQuery query, Span<byte> key)
    {
        WireName.Fold(query.Name(message), key);
        int at = query.NameLength;
        message[(query.QuestionEnd - 4)..query.QuestionEnd].CopyTo(key[at..]);
        int flags = query.Flags & (MessageLayout.RecursionDesired | MessageLayout.AuthenticData | MessageLayout.CheckingDisabled);
        key[at + 4] = (byte)(flags >> 8);
        key[at + 5] = (byte)flags;
        key[at + 6] = (byte)((query.HasEdns ? 1 : 0) | (query.DnssecOk ? 2 : 0));
        return at + 7;
    }

    /// <summary>What is kept.</summary>
    /// <param name="Answer">The message as it came.</param>
    /// <param name="Since">When it came.</param>
    /// <param name="Lifetime">For how long.</param>
    /// <param name="Slot">Where its key is in the ring.</param>
    private sealed record Entry(byte[] Answer, long Since, TimeSpan Lifetime, int Slot);
}
