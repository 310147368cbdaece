using Quai.Networks.Dns.Messages;

namespace Quai.Networks.Dns.Names;

/// <summary>Answers what a container's networks know.</summary>
internal static class LocalNames
{
    /// <summary>
    /// Answers a question. A name that is known and has nothing of what is asked for is answered by nothing: asking somebody else would
    /// tell him of it, and might bring another's name.
    /// </summary>
    /// <param name="message">The client's message.</param>
    /// <param name="query">What it asks.</param>
    /// <param name="scope">What the client may know.</param>
    /// <param name="room">As many bytes as the answer may have.</param>
    /// <returns>Bytes of the answer; 0 where the name is not known here.</returns>
    public static int Answer(ReadOnlySpan<byte> message, in DnsQuery query, LookupScope scope, Span<byte> room)
    {
        Span<byte> folded = stackalloc byte[MessageLayout.LongestName];
        folded = folded[..query.NameLength];
        WireName.Fold(query.Name(message), folded);
        bool internet = query.Class is MessageLayout.Internet or MessageLayout.AnyClass;
        if (scope.Find(folded) is { } entry)
        {
            var answer = new AnswerWriter(room, message, query, ResponseCode.NoError);
            if (internet && query.Type is RecordType.A or RecordType.Any)
            {
                answer.AddAddresses(entry.IPv4, 4);
            }

            if (internet && query.Type is RecordType.AAAA or RecordType.Any)
            {
                answer.AddAddresses(entry.IPv6, 16);
            }

            return answer.Finish();
        }

        if (ReverseName.TryRead(folded, out UInt128 address) && scope.Find(address) is { } place)
        {
            var answer = new AnswerWriter(room, message, query, ResponseCode.NoError);
            if (internet && query.Type is RecordType.PTR or RecordType.Any && place.Target.Length > 0)
            {
                answer.AddPointer(place.Target);
            }

            return answer.Finish();
        }

        return AnswerService(message, query, scope, folded, internet, room);
    }

    /// <summary>Answers for <c>_service._protocol.name</c>, if one of those with that name has such a service.</summary>
    private static int AnswerService(ReadOnlySpan<byte> message, in DnsQuery query, LookupScope scope, ReadOnlySpan<byte> name, bool internet, Span<byte> room)
    {
        int head = name.IsEmpty || name[1] != '_' ? 0 : 1 + name[0];
        head += head == 0 || head >= name.Length || name[head + 1] != '_' ? 0 : 1 + name[head];
        if (head == 0 || head >= name.Length || scope.Find(name[head..]) is not { } entry || !Has(entry, name[..head]))
        {
            return 0;
        }

        var answer = new AnswerWriter(room, message, query, ResponseCode.NoError);
        if (internet && query.Type is RecordType.SRV or RecordType.Any)
        {
            foreach (NamePlace place in entry.Places)
            {
                foreach ((byte[] labels, ushort port) in place.Services)
                {
                    if (place.Target.Length > 0 && name[..head].SequenceEqual(labels))
                    {
                        answer.AddService(port, place.Target);
                    }
                }
            }

            foreach (NamePlace place in entry.Places)
            {
                if (place.Target.Length > 0 && Has(place, name[..head]))
                {
                    answer.AddAdditional(place.Target, place.IPv4);
                    answer.AddAdditional(place.Target, place.IPv6);
                }
            }
        }

        return answer.Finish();
    }

    private static bool Has(NameEntry entry, ReadOnlySpan<byte> service)
    {
        foreach (NamePlace place in entry.Places)
        {
            if (Has(place, service))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Has(NamePlace place, ReadOnlySpan<byte> service)
    {
        foreach ((byte[] labels, _) in place.Services)
        {
            if (service.SequenceEqual(labels))
            {
                return true;
            }
        }

        return false;
    }
}
