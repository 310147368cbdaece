using Quai.Api.Images;
using Quai.Cli.CommandLine;
using Quai.Cli.Formatting;
using Quai.Cli.Streams;
using Quai.Linux.Terminals;

namespace Quai.Cli.Images;

/// <summary>
/// Shows the daemon's messages of a pull, push or load. On a terminal each layer keeps its line and has a bar;
/// elsewhere each message is a line and byte counts are left out.
/// </summary>
internal static class ProgressDisplay
{
    /// <summary>Shows messages until they end.</summary>
    /// <param name="messages">The messages.</param>
    /// <param name="output">The output; null shows nothing but still fails on an error.</param>
    /// <exception cref="ExitException">A message is an error.</exception>
    public static void Show(IEnumerable<JsonMessage> messages, Output? output)
    {
        bool terminal = output?.IsTerminal == true;
        int width = terminal ? Terminal.GetSize(output!.Descriptor).Columns : 200;
        var lines = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (JsonMessage message in messages)
        {
            Fail(message);
            if (output is null || message.Aux is not null)
            {
                continue;
            }

            string id = message.Id ?? "";
            string bar = Bar(message.ProgressDetail, message.Progress ?? "", width);
            if (!terminal)
            {
                Plain(output, message, id, bar);
                continue;
            }

            int up = 0;
            if (id.Length > 0 && (bar.Length > 0 || message.ProgressDetail is not null))
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
    internal static string Bar(ProgressDetail? detail, string given, int width)
    {
        long current = detail?.Current ?? 0;
        long total = detail?.Total ?? 0;
        if (detail is null || (current <= 0 && total <= 0))
        {
            return given;
        }

        string units = detail.Units ?? "";
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

        string numbers = detail.HideCounts ? "" : current > total ? $"{show(current),8}" : $"{show(current),8}/{show(total)}";
        return bar + numbers;
    }

    private static void Fail(JsonMessage message)
    {
        string text = message.ErrorDetail?.Message is { Length: > 0 } detail ? detail : message.Error ?? "";
        if (text.Length > 0)
        {
            throw new ExitException(1, text);
        }
    }

    private static void Plain(Output output, JsonMessage message, string id, string bar)
    {
        // A line for every received block would drown the rest.
        if (bar.Length == 0 || message.Stream is { Length: > 0 })
        {
            output.Write(Line(message, id));
        }
    }

    private static void DrawLine(Drawing drawing, JsonMessage message, string id, string bar)
    {
        string stream = message.Stream ?? "";
        bool counts = message.ProgressDetail is not null;
        if (stream.Length == 0 && (bar.Length > 0 || counts))
        {
            drawing.NewLine();
        }

        drawing.Line(Origin(message, id));
        if (bar.Length > 0)
        {
            drawing.Line($"{message.Status} {bar}").Return();
        }
        else if (stream.Length > 0)
        {
            drawing.Text(stream);
        }
        else
        {
            drawing.Line(message.Status ?? "");
            _ = counts ? drawing.Return() : drawing.Feed();
        }
    }

    private static string Line(JsonMessage message, string id)
    {
        string stream = message.Stream ?? "";
        return Origin(message, id) + (stream.Length > 0 ? stream : message.Status + "\n");
    }

    private static string Origin(JsonMessage message, string id)
    {
        string from = message.From ?? "";
        return (id.Length > 0 ? id + ": " : "") + (from.Length > 0 ? $"(from {from}) " : "");
    }
}
