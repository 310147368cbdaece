using Quai.Errors;

namespace Quai.Daemon.Configuration;

/// <summary>Reads the command line as dockerd does: <c>--name=value</c>, <c>--name value</c>, <c>-Hvalue</c>, <c>-Dl debug</c>.</summary>
internal static class CommandLine
{
    /// <summary>Reads all arguments.</summary>
    /// <exception cref="QuaiException">One is unknown, misses its value, or has a wrong one.</exception>
    public static Settings Parse(IReadOnlyList<string> arguments)
    {
        var settings = new Settings();
        for (int i = 0; i < arguments.Count; i++)
        {
            string argument = arguments[i];
            if (argument == "--" || !argument.StartsWith('-') || argument.Length < 2)
            {
                if (argument == "--" && i + 1 == arguments.Count)
                {
                    break;
                }

                throw Wrong("\"quaid\" accepts no argument(s).");
            }

            if (argument.StartsWith("--", StringComparison.Ordinal))
            {
                int equals = argument.IndexOf('=');
                string name = equals < 0 ? argument[2..] : argument[2..equals];
                Flag flag = Flags.Find(name) ?? throw Wrong($"unknown flag: --{name}");
                string? value = equals >= 0 ? argument[(equals + 1)..] : flag.Kind == FlagKind.Switch ? "true" : null;
                Add(settings, flag, value ?? (++i < arguments.Count ? arguments[i] : throw Wrong($"flag needs an argument: --{name}")), "--" + name);
                continue;
            }

            for (int letter = 1; letter < argument.Length; letter++)
            {
                char c = argument[letter];
                Flag flag = Flags.Find(c) ?? throw Wrong($"unknown shorthand flag: '{c}' in {argument}");
                bool valueFollows = letter + 1 < argument.Length && argument[letter + 1] == '=';
                string shown = $"-{c}, --{flag.Name}";
                if (flag.Kind == FlagKind.Switch && !valueFollows)
                {
                    Add(settings, flag, "true", shown);
                    continue;
                }

                string rest = argument[(letter + (valueFollows ? 2 : 1))..];
                string value = rest.Length > 0 || valueFollows
                    ? rest
                    : ++i < arguments.Count ? arguments[i] : throw Wrong($"flag needs an argument: '{c}' in {argument}");
                Add(settings, flag, value, shown);
                break;
            }
        }

        return settings;
    }

    private static void Add(Settings settings, Flag flag, string value, string shown)
    {
        try
        {
            settings.Add(flag, value);
        }
        catch (FormatException e)
        {
            throw Wrong($"invalid argument \"{value}\" for \"{shown}\" flag: {e.Message}");
        }
    }

    private static WrongFlagException Wrong(string message) => new(message);
}
