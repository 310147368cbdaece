using System.Globalization;
using System.Numerics;
using Quai.CommandLine;
using Quai.Errors;

namespace Quai.RuntimeCommand;

/// <summary>One option of a command.</summary>
/// <param name="Name">The name without dashes.</param>
/// <param name="Shorthand">Its other name, a letter; <c>'\0'</c> for none.</param>
/// <param name="IsSwitch">Whether it takes no value.</param>
internal sealed record Option(string Name, char Shorthand, bool IsSwitch) : IFlag
{
    /// <inheritdoc/>
    public string? BareValue => IsSwitch ? "true" : null;

    /// <summary>An option by its names.</summary>
    /// <param name="names">The name, and after a comma the letter if it has one: <c>bundle,b</c>.</param>
    /// <param name="isSwitch">Whether it takes no value.</param>
    public static Option Of(string names, bool isSwitch) => names is [.. var name, ',', var letter] ? new(name, letter, isSwitch) : new(names, '\0', isSwitch);
}

/// <summary>Options in runc's syntax: --name value, -name=value, -n value; values may repeat.</summary>
internal sealed class Options
{
    private readonly Dictionary<string, List<string>> _values = [];

    /// <summary>What is not an option.</summary>
    public List<string> Positional { get; } = [];

    /// <summary>How many descriptors from 3 on the program inherits (<c>--preserve-fds</c>).</summary>
    /// <exception cref="QuaiException">It is not a number of open descriptors.</exception>
    public int PreservedDescriptors =>
        Get("preserve-fds") is not { } text ? 0
        : !int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int count) || count > 1000 ? throw QuaiException.Invalid($"--preserve-fds {text} is not a number of descriptors")
        : Enumerable.Range(3, count).All(Linux.Processes.Descriptors.IsOpen) ? count
        : throw QuaiException.Invalid($"--preserve-fds {text}: not all of these descriptors are open");

    /// <summary>Parses.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="valued">Options that take a value, each by its names (<see cref="Option.Of"/>).</param>
    /// <param name="switches">Options that take none.</param>
    /// <param name="stopAtPositional">Whether options end at the first word that is not one.</param>
    /// <exception cref="QuaiException">An option is unknown, or lacks its value.</exception>
    public static Options Parse(string[] arguments, ReadOnlySpan<string> valued, ReadOnlySpan<string> switches, bool stopAtPositional = false)
    {
        FlagTable<Option> table = new();
        foreach (string names in valued)
        {
            table.Add(Option.Of(names, isSwitch: false));
        }

        foreach (string names in switches)
        {
            table.Add(Option.Of(names, isSwitch: true));
        }

        Options options = new();
        FlagReader<Option> reader = new(table, arguments, FlagSyntax.Go, interspersed: !stopAtPositional);
        try
        {
            while (reader.Read())
            {
                options.Take(reader);
            }
        }
        catch (FlagException error)
        {
            throw QuaiException.Invalid(Words(error));
        }

        return options;
    }

    /// <summary>Whether a switch was given and is not "false".</summary>
    public bool Has(string name) => _values.TryGetValue(name, out List<string>? list) && list[^1] != "false";

    /// <summary>The last value of an option; null if it was not given.</summary>
    public string? Get(string name) => _values.TryGetValue(name, out List<string>? list) ? list[^1] : null;

    /// <summary>All values of an option.</summary>
    public IReadOnlyList<string> All(string name) => _values.TryGetValue(name, out List<string>? list) ? list : [];

    /// <summary>The container's id: the first positional argument.</summary>
    public string Id => Positional.Count > 0 ? Positional[0] : throw QuaiException.Invalid("a container's id is needed");

    /// <summary>The container's id, which must be the only positional argument.</summary>
    /// <exception cref="QuaiException">There is none, or more than one word.</exception>
    public string OnlyId => Expect(1).Id;

    /// <summary>Checks the number of positional arguments.</summary>
    /// <exception cref="QuaiException">There are more.</exception>
    public Options Expect(int atMost) =>
        Positional.Count <= atMost ? this : throw QuaiException.Invalid($"\"{Positional[atMost]}\" is one argument too many");

    /// <summary>The value of an option that takes a number; null when it was not given.</summary>
    /// <exception cref="QuaiException">It is not a number of that kind.</exception>
    public T? Number<T>(string name)
        where T : struct, INumberBase<T> => Get(name) is { } text ? NumberOf<T>(name, text) : null;

    /// <summary>A text as a number.</summary>
    /// <param name="name">The option it was given with.</param>
    /// <param name="text">The text.</param>
    /// <exception cref="QuaiException">It is not a number of that kind.</exception>
    public static T NumberOf<T>(string name, string text)
        where T : struct, INumberBase<T> =>
        T.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out T value) ? value : throw QuaiException.Invalid($"invalid value \"{text}\" for --{name}");

    /// <summary>One of the output formats of a command; the first if none was requested.</summary>
    /// <exception cref="QuaiException">It is another one.</exception>
    public string Format(params ReadOnlySpan<string> known)
    {
        string format = Get("format") ?? known[0];
        return known.Contains(format) ? format : throw QuaiException.Invalid($"invalid format option \"{format}\"");
    }

    private void Take(FlagReader<Option> reader)
    {
        if (reader.Flag is not { } option)
        {
            Positional.Add(reader.Text);
            return;
        }

        string value = reader.Text;
        if (option.IsSwitch)
        {
            value = GoBoolean.TryParse(value, out bool on) ? on ? "true" : "false" : throw reader.WrongValue("no truth value");
        }

        if (!_values.TryGetValue(option.Name, out List<string>? list))
        {
            _values[option.Name] = list = [];
        }

        list.Add(value);
    }

    private static string Words(FlagException error) => error.Fault switch
    {
        FlagFault.Unknown => $"flag provided but not defined: -{error.Name}",
        FlagFault.NoValue => $"option --{error.Name} needs a value",
        FlagFault.BadSyntax => $"bad flag syntax: {error.Word}",
        _ => $"invalid boolean value \"{error.Value}\" for --{error.Name}",
    };
}
