using Microsoft.Extensions.Logging;
using Quai.Networks.Dns.Forwarding;
using Quai.Networks.Dns.Messages;
using Quai.Networks.Dns.Names;

namespace Quai.Networks.Dns.Serving;

/// <summary>Decides for one container how each message is answered, however it came.</summary>
internal sealed partial class Responder(IScopeSource source, UpstreamConnector connect, DnsServerOptions options, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan s_logInterval = TimeSpan.FromSeconds(2);

    private readonly Forwarder _forwarder = new(connect, options, time);
    private readonly OutstandingLimit _limit = new(options.MostOutstanding);
    private long _logged = time.GetTimestamp() - (long)(s_logInterval.TotalSeconds * time.TimestampFrequency);

    /// <summary>Answers what can be answered without asking others.</summary>
    /// <param name="message">The client's message.</param>
    /// <param name="stream">Whether it came by TCP.</param>
    /// <param name="room">Where to write the answer: at least <see cref="MessageLayout.LargestUdpSize"/> bytes.</param>
    /// <param name="length">Bytes of the answer, where there is one.</param>
    /// <param name="query">What was asked, where others are to be asked.</param>
    /// <param name="scope">By what the client is answered.</param>
    public Verdict Answer(ReadOnlySpan<byte> message, bool stream, Span<byte> room, out int length, out DnsQuery query, out LookupScope scope)
    {
        scope = source.Current;
        length = 0;
        switch (DnsQuery.Read(message, out query))
        {
            case QueryReading.Nothing:
                return Verdict.Silence;
            case QueryReading.Malformed:
                length = AnswerWriter.Refuse(room, message, ResponseCode.FormatError);
                return Verdict.Answered;
            case QueryReading.Unsupported:
                length = AnswerWriter.Refuse(room, message, ResponseCode.NotImplemented);
                return Verdict.Answered;
        }

        length = AnswerHere(message, query, scope, stream, room);
        if (length > 0)
        {
            return Verdict.Answered;
        }

        if (TryEnter())
        {
            return Verdict.Forward;
        }

        length = Empty(room, message, query, ResponseCode.Refused);
        return Verdict.Answered;
    }

    /// <summary>Asks others. Called once for each <see cref="Verdict.Forward"/>.</summary>
    /// <returns>The answer, as large as the client takes: the caller's to give back.</returns>
    public async ValueTask<PooledMessage> ForwardAsync(ReadOnlyMemory<byte> message, DnsQuery query, LookupScope scope, bool stream, CancellationToken cancellation)
    {
        try
        {
            PooledMessage? answer = await _forwarder.AskAsync(message, query, scope, stream, cancellation).ConfigureAwait(false);
            if (answer is { } found)
            {
                Tell(scope, query, found.Span);
                return stream ? found : found.WithLength(RelayedAnswer.Clip(found.Span, query.UdpSize, query));
            }
        }
        finally
        {
            _limit.Exit();
            options.SharedLimit?.Exit();
        }

        PooledMessage failure = PooledMessage.Rent(MessageLayout.PlainUdpSize);
        return failure.WithLength(Empty(failure.Span, message.Span, query, ResponseCode.ServerFailure));
    }

    private static int Empty(Span<byte> room, ReadOnlySpan<byte> message, in DnsQuery query, ResponseCode code) => new AnswerWriter(room, message, query, code).Finish();

    private int AnswerHere(ReadOnlySpan<byte> message, in DnsQuery query, LookupScope scope, bool stream, Span<byte> room)
    {
        if (query.EdnsVersion > 0)
        {
            return Empty(room, message, query, ResponseCode.BadVersion);
        }

        if (query.Type is RecordType.AXFR or RecordType.IXFR)
        {
            // Whole zones are nobody's business, and their many messages could not be passed on as one.
            return Empty(room, message, query, ResponseCode.Refused);
        }

        int size = stream ? room.Length : query.UdpSize, length = LocalNames.Answer(message, query, scope, room[..size]);
        if (length > 0)
        {
            return length;
        }

        if (scope.HasNdots && query.Type is RecordType.A or RecordType.AAAA && query.NameLength > 0 && query.NameLength == query.Name(message)[0] + 1)
        {
            return Empty(room, message, query, ResponseCode.NoError);
        }

        if (scope.UsableServers.IsEmpty)
        {
            return Empty(room, message, query, ResponseCode.ServerFailure);
        }

        length = _forwarder.FindKept(message, query, scope, room);
        if (length > 0)
        {
            Tell(scope, query, room[..length]);
        }

        return stream || length == 0 ? length : RelayedAnswer.Clip(room[..length], size, query);
    }

    private static void Tell(LookupScope scope, in DnsQuery query, ReadOnlySpan<byte> answer)
    {
        if (scope.Witness is not { } witness || RelayedAnswer.CodeOf(answer) != ResponseCode.NoError)
        {
            return;
        }

        Span<byte> room = stackalloc byte[MessageLayout.LongestName], name = room[..query.NameLength];
        WireName.Fold(query.Name(answer), name);
        if (witness.Concerns(name) && RelayedAnswer.Addresses(answer, query) is { Count: > 0 } addresses)
        {
            witness.Answering(name, addresses);
        }
    }

    private bool TryEnter()
    {
        if (_limit.TryEnter())
        {
            if (options.SharedLimit?.TryEnter() != false)
            {
                return true;
            }

            _limit.Exit();
        }

        long last = Volatile.Read(ref _logged);
        if (time.GetElapsedTime(last) >= s_logInterval && Interlocked.CompareExchange(ref _logged, time.GetTimestamp(), last) == last)
        {
            LogTooMany(logger, options.MostOutstanding);
        }

        return false;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "more than {Most} DNS questions of a container, or too many of all containers, wait for other servers: refused")]
    private static partial void LogTooMany(ILogger logger, int most);
}
