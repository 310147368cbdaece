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
/// <param name="Short">Its letter, or NUL.</param>
/// <param name="Key">Its name in daemon.json when that is another; empty when it cannot be set there.</param>
/// <param name="Type">What the help calls its value.</param>
/// <param name="Ignored">Accepted, and of no effect here.</param>
internal sealed record Flag(string Name, FlagKind Kind, string Help, char Short = '\0', string? Key = null, string? Type = null, bool Ignored = false)
{
    /// <summary>Its name in daemon.json.</summary>
    public string FileKey => Key ?? Name;
}
