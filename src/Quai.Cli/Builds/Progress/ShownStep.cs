using System.Globalization;
using System.Text;
using Quai.BuildClient.Progress;

namespace Quai.Cli.Builds.Progress;

/// <summary>A step as it is shown.</summary>
internal sealed class ShownStep
{
    /// <summary>How many lines of a failed step are shown again in the end.</summary>
    public const int TailLines = 10;

    private readonly Dictionary<string, int> _places = new(StringComparer.Ordinal);
    private readonly Dictionary<DateTimeOffset, DateTimeOffset?> _intervals = [];
    private readonly Queue<string> _tail = new();
    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();

    /// <summary>The number that it is shown by: as they come to be shown; 0 before.</summary>
    public int Index { get; set; }

    /// <summary>What is known of it.</summary>
    public StepChange Change { get; private set; } = new("", "");

    /// <summary>Its parts, in the order in which they began.</summary>
    public List<StepStatus> Statuses { get; } = [];

    /// <summary>Parts that went on since they were shown.</summary>
    public HashSet<string> Updated { get; } = new(StringComparer.Ordinal);

    /// <summary>Warnings that were not shown yet.</summary>
    public List<StepWarning> Warnings { get; } = [];

    /// <summary>Lines that were not shown yet; the last may be unfinished.</summary>
    public List<string> Lines { get; } = [];

    /// <summary>Whether the last line is unfinished.</summary>
    public bool IsPartial { get; private set; }

    /// <summary>How many changes were not shown yet.</summary>
    public int Pending { get; set; }

    /// <summary>When it was first hidden by others; null while it is not.</summary>
    public DateTime? WaitingSince { get; set; }

    /// <summary>How much of an unfinished line was shown.</summary>
    public int Shown { get; set; }

    /// <summary>Whether it has begun.</summary>
    public bool IsStarted => Change.StartedAt is not null;

    /// <summary>Whether it has ended.</summary>
    public bool IsCompleted => Change.CompletedAt is not null;

    /// <summary>Whether it was stopped, as its build was.</summary>
    public bool IsCancelled => Change.Error.EndsWith("context canceled", StringComparison.Ordinal);

    /// <summary>Whether it failed for a reason of its own.</summary>
    public bool HasFailed => Change.Error.Length > 0 && !IsCancelled;

    /// <summary>When it ended last.</summary>
    public DateTimeOffset EndedAt => Change.CompletedAt ?? DateTimeOffset.MaxValue;

    /// <summary>The last lines that it printed.</summary>
    public IEnumerable<string> Tail => _tail;

    /// <summary>How long it took, over all times that it ran; null where it did not.</summary>
    public TimeSpan? Took(DateTimeOffset now)
    {
        if (_intervals.Count == 0)
        {
            return null;
        }

        // Intervals that overlap count once.
        TimeSpan took = TimeSpan.Zero;
        DateTimeOffset reached = DateTimeOffset.MinValue;
        foreach ((DateTimeOffset start, DateTimeOffset? stop) in _intervals.OrderBy(i => i.Key))
        {
            DateTimeOffset from = start > reached ? start : reached, to = stop ?? now;
            took += to > from ? to - from : TimeSpan.Zero;
            reached = to > reached ? to : reached;
        }

        return took;
    }

    /// <summary>Takes a change.</summary>
    /// <returns>Whether it shows anything new.</returns>
    public bool Take(StepChange change)
    {
        bool isNew = change.StartedAt is not null
            && (!IsStarted || change.Name != Change.Name || change.StartedAt != Change.StartedAt || (change.CompletedAt is not null && change.CompletedAt != Change.CompletedAt)
                || change.IsCached != Change.IsCached || change.Error != Change.Error);
        if (!IsStarted || change.StartedAt is not null)
        {
            Change = change;
        }

        if (change.StartedAt is { } start)
        {
            _intervals[start] = change.CompletedAt;
        }

        return isNew;
    }

    /// <summary>Takes a part's progress.</summary>
    public void Take(StepStatus status)
    {
        if (_places.TryGetValue(status.Id, out int place))
        {
            Statuses[place] = status;
        }
        else if (status.StartedAt is not null)
        {
            _places.Add(status.Id, Statuses.Count);
            Statuses.Add(status);
        }

        Updated.Add(status.Id);
    }

    /// <summary>Takes output: whole lines and the beginning of one, each with its time since the step began.</summary>
    public void Take(StepOutput output)
    {
        char[] characters = new char[_decoder.GetCharCount(output.Bytes.Span, flush: false)];
        string text = new(characters, 0, _decoder.GetChars(output.Bytes.Span, characters, flush: false));
        string[] parts = text.Split('\n');
        bool ends = parts[^1].Length == 0;
        for (int i = 0; i < parts.Length - (ends ? 1 : 0); i++)
        {
            if (i == 0 && IsPartial && Lines.Count > 0)
            {
                Lines[^1] += parts[0];
                Remember(Lines[^1], again: true);
                continue;
            }

            Lines.Add($"{Seconds(output.At)} {parts[i]}");
            Remember(Lines[^1], again: false);
        }

        IsPartial = parts.Length == 1 || !ends;
    }

    private string Seconds(DateTimeOffset at)
    {
        DateTimeOffset start = _intervals.Count == 0 ? at : _intervals.Keys.Max();
        double seconds = (at - start).TotalSeconds;
        return seconds.ToString(seconds < 10 ? "F3" : seconds < 100 ? "F2" : "F1", CultureInfo.InvariantCulture);
    }

    private void Remember(string line, bool again)
    {
        if (again && _tail.Count > 0)
        {
            string[] others = [.. _tail.SkipLast(1)];
            _tail.Clear();
            foreach (string other in others)
            {
                _tail.Enqueue(other);
            }
        }

        _tail.Enqueue(line);
        if (_tail.Count > TailLines)
        {
            _tail.Dequeue();
        }
    }
}
