using System.Text;
using Quai.Linux.Terminals;

namespace Quai.Cli.CommandLine;

/// <summary>The texts that <c>--help</c> and wrong arguments print.</summary>
internal static class Help
{
    /// <summary>A command's usage: line, summary, other names and options.</summary>
    public static string For(Command command, IEnumerable<string> paths)
    {
        var text = new StringBuilder();
        text.Append("Usage:  ").Append(UsageLine(command)).Append("\n\n").Append(command.Summary).Append('\n');
        if (command.Details.Length > 0)
        {
            text.Append('\n').Append(command.Details).Append('\n');
        }

        string[] names = [.. paths.Order(StringComparer.Ordinal).Select(p => "quai " + p)];
        if (names.Length > 1)
        {
            text.Append("\nAliases:\n  ").AppendJoin(", ", names).Append('\n');
        }

        string options = Options(command.Flags);
        if (options.Length > 0)
        {
            text.Append("\nOptions:\n").Append(options);
        }

        return text.ToString();
    }

    /// <summary>The line that shows how a command is called.</summary>
    public static string UsageLine(Command command) => command.Usage.Length == 0 ? "quai " + command.Words : $"quai {command.Words} {command.Usage}";

    /// <summary>The message for an invalid number of arguments.</summary>
    public static string WrongCount(Command command)
    {
        ArgumentCount count = command.Arguments;
        string many(int n) => n == 1 ? "1 argument" : $"{n} arguments";
        string wants = count switch
        {
            { Maximum: 0 } => "accepts no arguments",
            { Maximum: int.MaxValue } => $"requires at least {many(count.Minimum)}",
            { Minimum: 0 } => $"requires at most {many(count.Maximum)}",
            _ when count.Minimum == count.Maximum => $"requires {many(count.Minimum)}",
            _ => $"requires at least {count.Minimum} and at most {many(count.Maximum)}",
        };
        string verb = count is { Maximum: int.MaxValue } ? "See" : "Run";
        return $"quai: 'quai {command.Words}' {wants}\n\nUsage:  {UsageLine(command)}\n\n{verb} 'quai {command.Words} --help' for more information";
    }

    /// <summary>The table of options.</summary>
    public static string Options(FlagSet flags)
    {
        var rows = new List<(string Left, string Right)>();
        foreach (Flag flag in flags.All)
        {
            if (flag.Hidden)
            {
                continue;
            }

            string left = flag.Shorthand == '\0' ? $"      --{flag.Name}" : $"  -{flag.Shorthand}, --{flag.Name}";
            left += flag.Type.Length == 0 ? "" : " " + flag.Type;
            rows.Add((left, flag.DefaultText.Length == 0 ? flag.Usage : $"{flag.Usage} (default {flag.DefaultText})"));
        }

        if (rows.Count == 0)
        {
            return "";
        }

        int column = rows.Max(r => r.Left.Length) + 3;
        int width = Terminal.GetSize(1).Columns;
        width = (width == 0 ? 80 : width) - column;
        var text = new StringBuilder();
        foreach ((string left, string right) in rows)
        {
            bool first = true;
            foreach (string line in Wrap(right, width < 24 ? 1000 : width))
            {
                text.Append((first ? left : "").PadRight(column)).Append(line).Append('\n');
                first = false;
            }
        }

        return text.ToString();
    }

    /// <summary>Lists names with their descriptions, in two columns.</summary>
    public static void List(StringBuilder text, IReadOnlyCollection<(string Name, string Summary)> entries)
    {
        int column = entries.Max(e => e.Name.Length) + 1;
        foreach ((string name, string summary) in entries)
        {
            text.Append("  ").Append(name.PadRight(Math.Max(column, 12))).Append(summary).Append('\n');
        }
    }

    private static IEnumerable<string> Wrap(string text, int width)
    {
        while (text.Length > width)
        {
            int cut = text.LastIndexOf(' ', Math.Min(width, text.Length - 1));
            if (cut <= 0)
            {
                break;
            }

            yield return text[..cut];
            text = text[(cut + 1)..];
        }

        yield return text;
    }
}
