using Quai.CommandLine;

namespace Quai.Daemon.Configuration;

/// <summary>What a flag takes.</summary>
internal enum FlagKind
{
    /// <summary>Nothing, or <c>=true</c> or <c>=false</c>.</summary>
    Switch,

    /// <summary>Text.</summary>
    Text,

    /// <summary>A whole number.</summary>
    Number,

    /// <summary>Text, any number of times.</summary>
    List,

    /// <summary><c>key=value</c>, any number of times.</summary>
    Map,
}

/// <summary>One of the daemon's flags.</summary>
/// <param name="Name">Without dashes.</param>
/// <param name="Kind">What it takes.</param>
/// <param name="Help">One line.</param>
/// <param name="Shorthand">Its letter, or NUL.</param>
/// <param name="Key">Its name in daemon.json when that is another; empty when it cannot be set there.</param>
/// <param name="Type">What the help calls its value.</param>
/// <param name="Unneeded">Set when it is accepted and of no effect here: why nothing is lost by that.</param>
/// <param name="Refused">Set when it is not available here and something would be lost by going on without it.</param>
internal sealed record Flag(
    string Name, FlagKind Kind, string Help, char Shorthand = '\0', string? Key = null, string? Type = null, string? Unneeded = null, Refusal? Refused = null) : IFlag
{
    /// <inheritdoc/>
    public string? BareValue => Kind == FlagKind.Switch ? "true" : null;

    /// <summary>Whether it does something.</summary>
    public bool HasEffect => Unneeded is null && Refused is null;

    /// <summary>Its name in daemon.json.</summary>
    public string FileKey => Key ?? Name;
}
