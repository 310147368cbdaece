using Quai.CommandLine;

namespace Quai.Cli.CommandLine;

/// <summary>A flag's text that is not valid for its type; the flag set adds which flag it was.</summary>
internal sealed class FlagValueException(string message) : Exception(message);

/// <summary>One option of a command, such as <c>-m, --memory bytes</c>.</summary>
/// <param name="name">The long name without dashes.</param>
/// <param name="shorthand">The one-letter name; <c>'\0'</c> for none.</param>
/// <param name="type">The placeholder for the value in the usage; empty for a boolean.</param>
/// <param name="usage">What it does, in a few words.</param>
internal abstract class Flag(string name, char shorthand, string type, string usage) : IFlag
{
    /// <summary>The long name without dashes.</summary>
    public string Name { get; } = name;

    /// <summary>The one-letter name; <c>'\0'</c> for none.</summary>
    public char Shorthand { get; } = shorthand;

    /// <summary>The placeholder for the value in the usage.</summary>
    public string Type { get; } = type;

    /// <summary>What it does.</summary>
    public string Usage { get; } = usage;

    /// <summary>The default as the usage shows it; empty if it needs no mention.</summary>
    public string DefaultText { get; init; } = "";

    /// <summary>Whether it is left out of the usage.</summary>
    public bool Hidden { get; init; }

    /// <summary>The value that the bare flag stands for; null if a value must follow.</summary>
    public string? BareValue { get; init; }

    /// <summary>Whether the flag was given.</summary>
    public bool Changed { get; private set; }

    /// <summary>Takes a value from the command line.</summary>
    /// <exception cref="FlagValueException">The text is invalid.</exception>
    public void Take(string text)
    {
        Parse(text);
        Changed = true;
    }

    /// <summary>Parses and stores the value.</summary>
    protected abstract void Parse(string text);
}

/// <summary>A flag with one value; the last one given counts.</summary>
internal sealed class Flag<T>(string name, char shorthand, string type, string usage, T initial, Func<string, T> parse) : Flag(name, shorthand, type, usage)
{
    /// <summary>The value given, or the default.</summary>
    public T Value { get; private set; } = initial;

    /// <inheritdoc/>
    protected override void Parse(string text) => Value = parse(text);
}

/// <summary>A flag that may be given many times.</summary>
internal sealed class ListFlag<T>(string name, char shorthand, string type, string usage, Func<string, IEnumerable<T>> parse) : Flag(name, shorthand, type, usage)
{
    /// <summary>All values in the order given.</summary>
    public List<T> Values { get; } = [];

    /// <inheritdoc/>
    protected override void Parse(string text) => Values.AddRange(parse(text));
}
