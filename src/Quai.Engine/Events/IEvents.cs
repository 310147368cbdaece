using Quai.Api.System;

namespace Quai.Engine.Events;

/// <summary>The daemon's event stream; keeps the last 256 as Docker does.</summary>
public interface IEvents
{
    /// <summary>Notifies all listeners. Never waits; a listener that does not keep up is disconnected.</summary>
    void Publish(string type, string action, string actorId, IReadOnlyDictionary<string, string> attributes);

    /// <summary>Past events from <paramref name="since"/> (if given), then new ones until <paramref name="until"/> or cancelled. Filters as the API's.</summary>
    IAsyncEnumerable<EventMessage> SubscribeAsync(DateTimeOffset? since, DateTimeOffset? until, IReadOnlyDictionary<string, IReadOnlyList<string>> filters, CancellationToken cancellation);

    /// <summary>The number of listeners.</summary>
    int Listeners { get; }
}
