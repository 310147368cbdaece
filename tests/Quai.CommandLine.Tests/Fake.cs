namespace Quai.CommandLine.Tests;

/// <summary>A flag without a meaning.</summary>
internal sealed record Fake(string Name, char Shorthand = '\0', string? BareValue = null) : IFlag
{
    /// <summary>Some flags: two switches, one with a value of its own when bare, and others that take values.</summary>
    public static FlagTable<Fake> Table()
    {
        var table = new FlagTable<Fake>();
        table.Add(new Fake("tty", 't', "true"));
        table.Add(new Fake("interactive", 'i', "true"));
        table.Add(new Fake("pull", BareValue: "always"));
        table.Add(new Fake("name"));
        var publish = new Fake("publish", 'p');
        table.Add(publish);
        table.Alias("port", publish);
        var help = new Fake("help", BareValue: "true");
        table.Add(help);
        table.AliasUnlessTaken('h', help);
        table.AliasUnlessTaken('t', help);
        return table;
    }

    /// <summary>Reads a command line; <c>name=value</c> stands for a flag, an argument for itself.</summary>
    public static List<string> Read(IReadOnlyList<string> words, FlagSyntax syntax, bool interspersed = true)
    {
        var read = new List<string>();
        var reader = new FlagReader<Fake>(Table(), words, syntax, interspersed);
        while (reader.Read())
        {
            read.Add(reader.Flag is { } flag ? $"{flag.Name}={reader.Text}" : reader.Text);
        }

        return read;
    }
}
