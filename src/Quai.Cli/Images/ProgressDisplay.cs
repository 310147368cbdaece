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

            var drawing = new Drawing();
            drawing.Up(up);
            DrawLine(drawing, message, id, bar);
            output.Draw(drawing.Up(-up));
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

        int percentage = (int)Math.Clamp(current / (double)total * 50, 0, 50);
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
            output.Write(Line(message, id));
        }
    }

    private static void DrawLine(Drawing drawing, JsonElement message, string id, string bar)
    {
        string stream = message.Text("stream");
        bool counts = message.Member("progressDetail").ValueKind == JsonValueKind.Object;
        if (stream.Length == 0 && (bar.Length > 0 || counts))
        {
            drawing.NewLine();
        }

        drawing.Line(Origin(message, id));
        if (bar.Length > 0)
        {
            drawing.Line($"{message.Text("status")} {bar}").Return();
        }
        else if (stream.Length > 0)
        {
            drawing.Text(stream);
        }
        else
        {
            drawing.Line(message.Text("status"));
            _ = counts ? drawing.Return() : drawing.Feed();
        }
    }

    private static string Line(JsonElement message, string id)
    {
        string stream = message.Text("stream");
        return Origin(message, id) + (stream.Length > 0 ? stream : message.Text("status") + "\n");
    }

    private static string Origin(JsonElement message, string id)
    {
        string from = message.Text("from");
        return (id.Length > 0 ? id + ": " : "") + (from.Length > 0 ? $"(from {from}) " : "");
    }
}
