using System.Text;
using System.Text.Json;
using Quai.Cli.CommandLine;
using Quai.Cli.Formatting;
using Quai.Cli.Streams;
using Quai.Linux.Terminals;

namespace Quai.Cli.Images;

/// <summary>
/// Shows the daemon's messages of a pull, push or load. On a terminal each layer keeps its line and has a bar;
/// elsewhere each message is a line and what only counts is left out.
/// </summary>
internal static class ProgressDisplay
{
    /// <summary>Shows messages until they end.</summary>
    /// <param name="messages">The messages.</param>
    /// <param name="output">Where to; null shows nothing but still fails on an error.</param>
    /// <exception cref="ExitException">A message is an error.</exception>
    public static void Show(IEnumerable<JsonElement> messages, Output? output)
    {
        bool terminal = output?.IsTerminal == true;
        int width = terminal ? Terminal.GetSize(output!.Descriptor).Columns : 200;
        var lines = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (JsonElement message in messages)
        {
            Fail(message);
            if (output is null || message.Member("aux").ValueKind != JsonValueKind.Undefined)
            {
                continue;
            }

            string id = message.Text("id");
            JsonElement detail = message.Member("progressDetail");
            string bar = Bar(detail, message.Text("progress"), width);
            if (!terminal)
            {
                Plain(output, message, id, bar);
                continue;
            }

            int up = 0;
            if (id.Length > 0 && (bar.Length > 0 || detail.ValueKind == JsonValueKind.Object))
            {
                if (!lines.TryGetValue(id, out int line))
                {
                    line = lines[id] = lines.Count;
                    output.Write("\n");
                }

                up = lines.Count - line;
            }
            else
            {
                lines.Clear();
            }

            string text = Line(message, id, bar, terminal: true);
            output.Write(up > 0 ? $"\x1b[{up}A{text}\x1b[{up}B" : text);
        }
    }

    /// <summary>A bar with its numbers: <c>[====>    ]  1.2MB/3MB</c>.</summary>
    internal static string Bar(JsonElement detail, string given, int width)
    {
        long current = detail.Number("current");
        long total = detail.Number("total");
        if (detail.ValueKind != JsonValueKind.Object || (current <= 0 && total <= 0))
        {
            return given;
        }

        string units = detail.Text("units");
        string show(long n) => units.Length == 0 ? Units.Size(n, 4) : $"{n} {units}";
        if (total <= 0)
        {
            return units.Length == 0 ? $"{show(current),8}" : show(current);
        }

        int percentage = (int)Math.Min(50, current * 100 / total / 2);
        string bar = "";
        if (width > 110)
        {
            bar = "[" + new string('=', percentage) + ">" + new string(' ', Math.Max(0, 50 - percentage)) + "] ";
        }

        string numbers = detail.Flag("hidecounts") ? "" : current > total ? $"{show(current),8}" : $"{show(current),8}/{show(total)}";
        return bar + numbers;
    }

    private static void Fail(JsonElement message)
    {
        JsonElement detail = message.Member("errorDetail");
        string text = detail.Text("message");
        text = text.Length > 0 ? text : message.Text("error");
        if (text.Length > 0)
        {
            throw new ExitException(1, text);
        }
    }

    private static void Plain(Output output, JsonElement message, string id, string bar)
    {
        // A line for every block that came would drown the rest.
        if (bar.Length == 0 || message.Text("stream").Length > 0)
        {
            output.Write(Line(message, id, "", terminal: false));
        }
    }

    private static string Line(JsonElement message, string id, string bar, bool terminal)
    {
        var text = new StringBuilder();
        string stream = message.Text("stream");
        if (terminal && stream.Length == 0 && bar.Length > 0)
        {
            text.Append("\x1b[2K\r");
        }

        if (id.Length > 0)
        {
            text.Append(id).Append(": ");
        }

        string from = message.Text("from");
        if (from.Length > 0)
        {
            text.Append("(from ").Append(from).Append(") ");
        }

        if (bar.Length > 0)
        {
            text.Append(message.Text("status")).Append(' ').Append(bar).Append('\r');
        }
        else if (stream.Length > 0)
        {
            text.Append(stream);
        }
        else
        {
            text.Append(message.Text("status"));
            if (terminal && message.Member("progressDetail").ValueKind == JsonValueKind.Object)
            {
                text.Insert(0, "\x1b[2K\r");
                text.Append('\r');
            }
            else
            {
                text.Append('\n');
            }
        }

        return text.ToString();
    }
}
