using System.Globalization;
using Quai.BuildClient.Progress;
using Quai.Cli.Streams;
using Quai.Linux.Terminals;

namespace Quai.Cli.Builds.Progress;

/// <summary>Shows progress on a terminal, drawn anew while builds go on: a line for each step, with its time; what goes on shows its parts and last lines.</summary>
internal sealed class TerminalDisplay : TimedDisplay
{
    private const int TailLines = 6, LeastWidth = 40;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(150);

    private readonly DateTimeOffset _begunAt = DateTimeOffset.UtcNow;
    private readonly string _builder;
    private int _drawn;
    private bool _finished;

    /// <param name="output">The terminal.</param>
    /// <param name="builder">The builder's name, with its kind before: <c>docker:default</c>.</param>
    /// <param name="end">What is shown in the end.</param>
    public TerminalDisplay(Output output, string builder, DisplayEnd end)
        : base(output, end)
    {
        _builder = builder;
        Begin(TimeSpan.Zero, s_pause);
    }

    /// <inheritdoc/>
    protected override void Show(bool all)
    {
        // Nothing is drawn for what cannot begin: it has only its error.
        if (_finished || Build.Steps.Count == 0)
        {
            return;
        }

        _finished = all;
        (ushort rows, ushort columns) = Terminal.GetSize(Output.Descriptor);
        int width = Math.Max(columns == 0 ? 80 : (int)columns, LeastWidth), height = rows == 0 ? 24 : rows;
        DateTimeOffset now = DateTimeOffset.UtcNow;
        List<(string Left, string Right)> lines = Lines(now, all ? int.MaxValue : height - 2, all);
        var drawing = new Drawing().Up(_drawn).Return();
        foreach ((string left, string right) in lines)
        {
            int room = width - right.Length - 1;
            string shown = left.Length > room ? left[..Math.Max(room - 2, 0)] + ".." : left;
            drawing.Line(shown.PadRight(room) + (right.Length > 0 ? " " + right : "")).EndLine();
        }

        Output.Draw(drawing.ClearRest());
        _drawn = lines.Count;
    }

    /// <summary>The lines; where there are too many, those of steps that have ended are left out first.</summary>
    private List<(string Left, string Right)> Lines(DateTimeOffset now, int most, bool all)
    {
        ShownStep[] steps = [.. Build.Steps.Where(s => s.IsStarted).OrderBy(s => s.Change.StartedAt)];
        List<(bool Ended, List<(string, string)> Lines)> blocks = [.. steps.Select(s => (s.IsCompleted, Block(s, now)))];
        int count = blocks.Sum(b => b.Lines.Count) + 1;
        for (int i = 0; i < blocks.Count && count > most; i++)
        {
            if (blocks[i].Ended)
            {
                count -= blocks[i].Lines.Count;
                blocks[i] = (true, []);
            }
        }

        int completed = steps.Count(s => s.IsCompleted), total = Math.Max(Build.Steps.Count, completed);
        string title = string.Create(CultureInfo.InvariantCulture, $"[+] Building {(now - _begunAt).TotalSeconds:F1}s ({completed}/{total}){(all ? " FINISHED" : "")}");
        return [(title, _builder), .. blocks.SelectMany(b => b.Lines).Take(most - 1)];
    }

    private static List<(string, string)> Block(ShownStep step, DateTimeOffset now)
    {
        string outcome = step.IsCancelled ? "CANCELED " : step.HasFailed ? "ERROR " : step.Change.IsCached ? "CACHED " : "";
        List<(string, string)> lines = [(" => " + outcome + step.Change.Name, Seconds(step.Took(now) ?? default))];
        foreach (StepStatus status in step.Statuses)
        {
            lines.Add((" => => " + ShownBuild.Amount(status), status.StartedAt is { } start ? Seconds((status.CompletedAt ?? now) - start) : ""));
        }

        if (!step.IsCompleted)
        {
            lines.AddRange(step.Tail.TakeLast(TailLines).Select(l => (" => => # " + l, "")));
        }

        return lines;
    }

    private static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{Math.Max(time.TotalSeconds, 0):F1}s");
}
