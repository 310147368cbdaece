namespace Quai.Cli.CommandLine;

/// <summary>How many arguments a command takes.</summary>
internal readonly record struct ArgumentCount(int Minimum, int Maximum)
{
    /// <summary>None at all.</summary>
    public static ArgumentCount None => new(0, 0);

    /// <summary>Any number.</summary>
    public static ArgumentCount Any => new(0, int.MaxValue);

    /// <summary>Exactly this many.</summary>
    public static ArgumentCount Exactly(int count) => new(count, count);

    /// <summary>This many or more.</summary>
    public static ArgumentCount AtLeast(int count) => new(count, int.MaxValue);

    /// <summary>This many or fewer.</summary>
    public static ArgumentCount AtMost(int count) => new(0, count);
}

/// <summary>One verb: its name, its arguments and what it does.</summary>
/// <param name="path">The words that select it, such as <c>container run</c>.</param>
internal abstract class Command(string path)
{
    /// <summary>The words that select it.</summary>
    public string Words { get; } = path;

    /// <summary>The usage line after the path.</summary>
    public abstract string Usage { get; }

    /// <summary>What it does, in one line.</summary>
    public abstract string Summary { get; }

    /// <summary>How many arguments it takes.</summary>
    public abstract ArgumentCount Arguments { get; }

    /// <summary>Additional help text, if any.</summary>
    public virtual string Details => "";

    /// <summary>Whether options end at the first argument, such as an image's name.</summary>
    public virtual bool OptionsEndAtFirstArgument => false;

    /// <summary>Its options.</summary>
    public FlagSet Flags { get; } = new();

    /// <summary>Runs it.</summary>
    /// <param name="session">Daemon, output and settings.</param>
    /// <param name="arguments">The arguments, already of a valid number.</param>
    /// <returns>The exit code.</returns>
    public abstract int Execute(Session session, List<string> arguments);
}
