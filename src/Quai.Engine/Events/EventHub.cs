using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Quai.Api.System;

namespace Quai.Engine.Events;

/// <summary>Distributes events to all listeners and keeps the last 256.</summary>
internal sealed class EventHub(TimeProvider time) : IEvents
{
    private const int History = 256;

    // A listener this far behind is disconnected, so that the daemon's memory does not grow.
    private const int Backlog = 4096;
    private readonly Lock _lock = new();
    private readonly Queue<EventMessage> _past = new();
    private readonly List<Channel<EventMessage>> _listeners = [];

    /// <inheritdoc/>
    public int Listeners
    {
        get
        {
            lock (_lock)
            {
                return _listeners.Count;
            }
        }
    }

    /// <inheritdoc/>
    public void Publish(string type, string action, string actorId, IReadOnlyDictionary<string, string> attributes)
    {
        long nano = ApiTime.UnixNano(time.GetUtcNow());
        bool legacy = type is "container" or "image";
        var message = new EventMessage
        {
            Type = type,
            Action = action,
            Actor = new EventActor { ID = actorId, Attributes = attributes as Dictionary<string, string> ?? new(attributes) },
            Time = nano / 1_000_000_000,
            TimeNano = nano,
            Status = legacy ? action : null,
            Id = legacy ? actorId : null,
            From = type == "container" ? attributes.GetValueOrDefault("image") : null,
        };

        lock (_lock)
        {
            if (_past.Count == History)
            {
                _past.Dequeue();
            }

            _past.Enqueue(message);
            for (int i = _listeners.Count - 1; i >= 0; i--)
            {
                if (!_listeners[i].Writer.TryWrite(message))
                {
                    _listeners[i].Writer.TryComplete();
                    _listeners.RemoveAt(i);
                }
            }
        }
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<EventMessage> SubscribeAsync(DateTimeOffset? since, DateTimeOffset? until, IReadOnlyDictionary<string, IReadOnlyList<string>> filters, CancellationToken cancellation)
    {
        // Registered here, not at the first MoveNext: nothing that happens after this call is missed.
        var filter = new EventFilter(filters);
        long? end = until is { } u ? ApiTime.UnixNano(u) : null;
        Channel<EventMessage>? channel = null;
        EventMessage[] past;
        lock (_lock)
        {
            long start = since is { } s ? ApiTime.UnixNano(s) : 0;
            past = since is null && until is null ? [] : [.. _past.Where(m => m.TimeNano >= start && (end is null || m.TimeNano <= end))];
            if (until is null || until > time.GetUtcNow())
            {
                channel = Channel.CreateBounded<EventMessage>(new BoundedChannelOptions(Backlog) { SingleReader = true });
                _listeners.Add(channel);
            }
        }

        return ReadAsync(past, channel, until, filter, cancellation);
    }

    private async IAsyncEnumerable<EventMessage> ReadAsync(EventMessage[] past, Channel<EventMessage>? channel, DateTimeOffset? until, EventFilter filter, [EnumeratorCancellation] CancellationToken cancellation)
    {
        try
        {
            foreach (EventMessage message in past)
            {
                if (filter.Accepts(message))
                {
                    yield return message;
                }
            }

            if (channel is null)
            {
                yield break;
            }

            using CancellationTokenSource? deadline = until is { } end ? new CancellationTokenSource(Max(end - time.GetUtcNow()), time) : null;
            using CancellationTokenRegistration registration = deadline?.Token.Register(() => channel.Writer.TryComplete()) ?? default;
            while (await WaitAsync(channel.Reader, cancellation).ConfigureAwait(false))
            {
                while (channel.Reader.TryRead(out EventMessage? message))
                {
                    if (filter.Accepts(message))
                    {
                        yield return message;
                    }
                }
            }
        }
        finally
        {
            if (channel is not null)
            {
                lock (_lock)
                {
                    _listeners.Remove(channel);
                }
            }
        }
    }

    private static TimeSpan Max(TimeSpan span) => span > TimeSpan.Zero ? span : TimeSpan.Zero;

    // A disconnecting client ends the stream; this is not a failure.
    private static async ValueTask<bool> WaitAsync(ChannelReader<EventMessage> reader, CancellationToken cancellation)
    {
        try
        {
            return await reader.WaitToReadAsync(cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
