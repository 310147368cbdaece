using Quai.Api.System;

namespace Quai.Engine.Events;

/// <summary>The <c>filters</c> of <c>GET /events</c>: values of one name are alternatives (labels: all must hold), names must all hold; unknown names are ignored as Docker does.</summary>
internal sealed class EventFilter(IReadOnlyDictionary<string, IReadOnlyList<string>> filters)
{
    /// <summary>Whether a listener with these filters sees the event.</summary>
    public bool Accepts(EventMessage message) =>
        Any("type", v => v == message.Type)
        && Any("scope", v => v == message.Scope)
        && Any("event", v => v == message.Action || message.Action.StartsWith(v + ":", StringComparison.Ordinal))
        && filters.All("label", v => Labels.Matches(message.Actor.Attributes, v))
        && Any("container", v => OfType(message, "container", v))
        && Any("image", v => OfImage(message, v))
        && Any("volume", v => OfType(message, "volume", v))
        && Any("network", v => OfType(message, "network", v))
        && Any("daemon", v => OfType(message, "daemon", v))
        && Any("node", v => OfType(message, "node", v));

    private bool Any(string name, Func<string, bool> holds) => filters.AnyOrNone(name, holds);

    private static bool OfType(EventMessage message, string type, string value) =>
        message.Type == type && (message.Actor.ID == value
            || (value.Length > 0 && message.Actor.ID.StartsWith(value, StringComparison.Ordinal))
            || (value.Length > 0 && message.Actor.Attributes.GetValueOrDefault("name", "").StartsWith(value, StringComparison.Ordinal)));

    private static bool OfImage(EventMessage message, string value)
    {
        string name = message.Type == "image" ? message.Actor.Attributes.GetValueOrDefault("name", message.Actor.ID) : message.Actor.Attributes.GetValueOrDefault("image", "");
        int colon = name.LastIndexOf(':');
        return name == value || message.Actor.ID == value || (colon > name.LastIndexOf('/') && name[..colon] == value);
    }
}
