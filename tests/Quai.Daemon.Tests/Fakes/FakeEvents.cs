using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Quai.Api.System;
using Quai.Engine.Events;

namespace Quai.Daemon.Tests.Fakes;

/// <summary>Events that a test sends; reports when a listener arrives and when it leaves.</summary>
internal sealed class FakeEvents : IEvents
{
    private readonly Channel<EventMessage> _events = Channel.CreateUnbounded<EventMessage>();

    public TaskCompletionSource Came { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TaskCompletionSource Went { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public int Listeners => 0;

    public void Publish(string type, string action, string actorId, IReadOnlyDictionary<string, string> attributes) =>
        _events.Writer.TryWrite(new EventMessage { Type = type, Action = action, Status = action, Id = actorId, Actor = new EventActor { ID = actorId, Attributes = new(attributes) } });

    public async IAsyncEnumerable<EventMessage> SubscribeAsync(
        DateTimeOffset? since, DateTimeOffset? until, IReadOnlyDictionary<string, IReadOnlyList<string>> filters, [EnumeratorCancellation] CancellationToken cancellation)
    {
        Came.TrySetResult();
        try
        {
            await foreach (EventMessage message in _events.Reader.ReadAllAsync(cancellation))
            {
                yield return message;
            }
        }
        finally
        {
            Went.TrySetResult();
        }
    }
}
