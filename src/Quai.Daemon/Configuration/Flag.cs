using Quai.CommandLine;

namespace Quai.Daemon.Configuration;

/// <summary>The kind of value a flag takes.</summary>
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
/// <param name="Help">One line of help.</param>
/// <param name="Shorthand">Its letter, or NUL.</param>
/// <param name="Key">Its name in daemon.json if it differs; empty if it cannot be set there.</param>
/// <param name="Type">The name of its value in the help.</param>
/// <param name="Unneeded">Set if it is accepted but has no effect here: why nothing is lost by that.</param>
/// <param name="Refused">Set if it is not available here and ignoring it would lose something.</param>
internal sealed record Flag(
    string Name, FlagKind Kind, string Help, char Shorthand = '\0', string? Key = null, string? Type = null, string? Unneeded = null, Refusal? Refused = null) : IFlag
{
    /// <inheritdoc/>
    public string? BareValue => Kind == FlagKind.Switch ? "true" : null;

    /// <summary>Whether it has an effect.</summary>
    public bool HasEffect => Unneeded is null && Refused is null;

    /// <summary>Its name in daemon.json.</summary>
    public string FileKey => Key ?? Name;
}
