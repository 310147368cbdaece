using System.Diagnostics;
using Quai.Cli.Streams;
using Quai.Convergence.Execution;
using Quai.Linux.Terminals;

namespace Quai.Cli.Compose.Display;

/// <summary>A line for each thing, which changes as long as something happens to it.</summary>
internal sealed class TerminalReport : ProgressReport
{
    private const string Spinner = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏";
    private static readonly TimeSpan s_period = TimeSpan.FromMilliseconds(100);

    private readonly Lock _lock = new();
    private readonly Output _output;
    private readonly Timer _timer;
    private readonly OrderedDictionary<string, Line> _lines = [];
    private int _drawn, _turn;

    /// <summary>Draws on a terminal.</summary>
    public TerminalReport(Output output)
    {
        _output = output;
        _timer = new Timer(_ => Tick(), null, s_period, s_period);
    }

    public override bool IsDrawn => true;

    public override void Show(ConvergenceEvent happening)
    {
        lock (_lock)
        {
            if (!_lines.TryGetValue(happening.Subject, out Line? line))
            {
                _lines[happening.Subject] = line = new Line();
            }

            line.Last = happening;
            if (happening.Stage == ConvergenceStage.Working)
            {
                line.Watch.Start();
            }
            else
            {
                line.Watch.Stop();
            }
        }
    }

    public override void Settle()
    {
        lock (_lock)
        {
            if (_lines.Count > 0)
            {
                Draw();
            }

            _lines.Clear();
            _drawn = 0;
        }
    }

    public override void Dispose()
    {
        _timer.Dispose();
        base.Dispose();
    }

    private void Tick()
    {
        lock (_lock)
        {
            if (_lines.Count > 0)
            {
                _turn++;
                Draw();
            }
        }
    }

    private void Draw()
    {
        (ushort rows, ushort columns) = Terminal.GetSize(_output.Descriptor);
        int width = columns == 0 ? 80 : columns, height = Math.Max((rows == 0 ? 24 : rows) - 2, 3);
        int done = _lines.Values.Count(line => line.Last.Stage == ConvergenceStage.Done);
        List<KeyValuePair<string, Line>> shown = [.. _lines];
        if (shown.Count > height)
        {
            // What is done gives way to what is not.
            shown = [.. shown.OrderBy(entry => entry.Value.Last.Stage == ConvergenceStage.Done).Take(height)];
        }

        int subject = shown.Max(entry => entry.Key.Length);
        Drawing drawing = new();
        drawing.Up(_drawn).Line($"[+] Running {done}/{_lines.Count}").EndLine();
        foreach ((string name, Line line) in shown)
        {
            string mark = line.Last.Stage switch
            {
                ConvergenceStage.Done => "✔",
                ConvergenceStage.Failed => "✘",
                ConvergenceStage.Warning => "!",
                _ => Spinner[_turn % Spinner.Length].ToString(),
            };
            string time = $"{line.Watch.Elapsed.TotalSeconds:0.0}s";
            string text = $" {mark} {name.PadRight(subject)}  {line.Last.Text}{(line.Last.Detail.Length > 0 ? " " + line.Last.Detail : "")}";
            int room = Math.Max(width - time.Length - 2, 10);
            drawing.Line((text.Length > room ? text[..room] : text.PadRight(room)) + " " + time).EndLine();
        }

        _output.Draw(drawing.ClearRest());
        _drawn = shown.Count + 1;
    }

    private sealed class Line
    {
        public ConvergenceEvent Last { get; set; } = new("", "", ConvergenceStage.Working);

        public Stopwatch Watch { get; } = new();
    }
}
