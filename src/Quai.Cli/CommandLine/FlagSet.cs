using System.Globalization;
using Quai.CommandLine;
using Quai.Templates;

namespace Quai.Cli.CommandLine;

/// <summary>The options of a command, and the values given for them.</summary>
internal sealed class FlagSet
{
    private readonly List<Flag> _flags = [];
    private readonly FlagTable<Flag> _table = new();

    /// <summary>All flags by name, hidden ones too.</summary>
    public IEnumerable<Flag> All => _flags.OrderBy(f => f.Name, StringComparer.Ordinal);

    /// <summary>Adds a flag.</summary>
    public T Add<T>(T flag)
        where T : Flag
    {
        _flags.Add(flag);
        _table.Add(flag);
        return flag;
    }

    /// <summary>Adds another name for a flag.</summary>
    public void Alias(string name, Flag flag) => _table.Alias(name, flag);

    /// <summary>The help switch: <c>--help</c>, and <c>-h</c> unless another flag has that letter.</summary>
    /// <param name="hidden">Whether the usage leaves it out.</param>
    public Flag<bool> AddHelp(bool hidden)
    {
        Flag<bool> help = Add(new Flag<bool>("help", '\0', "", "Print usage", false, FlagValues.Bool) { BareValue = "true", Hidden = hidden });
        _table.AliasUnlessTaken('h', help);
        return help;
    }

    /// <summary>A boolean.</summary>
    public Flag<bool> Bool(string name, char shorthand, string usage, bool initial = false) =>
        Add(new Flag<bool>(name, shorthand, "", usage, initial, FlagValues.Bool) { BareValue = "true", DefaultText = initial ? "true" : "" });

    /// <summary>A string.</summary>
    public Flag<string> String(string name, char shorthand, string usage, string initial = "", string type = "string") =>
        Add(new Flag<string>(name, shorthand, type, usage, initial, static s => s) { DefaultText = initial.Length == 0 ? "" : GoText.Quote(initial) });

    /// <summary>An integer.</summary>
    public Flag<long> Int(string name, char shorthand, string usage, long initial = 0) =>
        Add(new Flag<long>(name, shorthand, "int", usage, initial, FlagValues.Int64)
        {
            DefaultText = initial == 0 ? "" : initial.ToString(CultureInfo.InvariantCulture),
        });

    /// <summary>Strings, each validated by <paramref name="check"/>.</summary>
    public ListFlag<string> List(string name, char shorthand, string usage, Func<string, string>? check = null, string type = "list") =>
        Add(new ListFlag<string>(name, shorthand, type, usage, s => [check is null ? s : check(s)]));

    /// <summary>Texts, of which one value may hold several with commas between.</summary>
    public ListFlag<string> Strings(string name, char shorthand, string usage) => Add(new ListFlag<string>(name, shorthand, "strings", usage, CommaList.Parse));

    /// <summary>Filters as <c>name=value</c>.</summary>
    public ListFlag<KeyValuePair<string, string>> Filters(char shorthand, string usage) =>
        Add(new ListFlag<KeyValuePair<string, string>>("filter", shorthand, "filter", usage, FlagValues.Filter));

    /// <summary>Parses the words after a command's name.</summary>
    /// <param name="words">The words.</param>
    /// <param name="interspersed">Whether options may follow arguments; otherwise the first argument ends them.</param>
    /// <returns>The remaining arguments.</returns>
    /// <exception cref="FlagException">A word is not an option of this command, or its value is invalid.</exception>
    public List<string> Parse(IReadOnlyList<string> words, bool interspersed)
    {
        var rest = new List<string>();
        var reader = new FlagReader<Flag>(_table, words, FlagSyntax.Pflag, interspersed);
        while (reader.Read())
        {
            if (reader.Flag is not { } flag)
            {
                rest.Add(reader.Text);
                continue;
            }

            try
            {
                flag.Take(reader.Text);
            }
            catch (FlagValueException error)
            {
                throw reader.WrongValue(error.Message);
            }
        }

        return rest;
    }
}
