namespace Quai.Images.Pulls;

/// <summary>One layer's messages: progress at most ten times a second, everything else at once.</summary>
internal sealed class LayerProgress(IProgress<ProgressMessage> progress, string id, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private long _last;

    /// <summary>Reports the current step.</summary>
    public void Report(string status)
    {
        _last = 0;
        progress.Report(new ProgressMessage(status, id));
    }

    /// <summary>Reports that it is retried after a wait.</summary>
    public void Retry(TimeSpan wait) => Report($"Retrying in {Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds))} second{(wait.TotalSeconds > 1 ? "s" : "")}");

    /// <summary>Reports progress; the last bytes are always reported.</summary>
    public void Advance(string status, long current, long total)
    {
        if (current < total && _last != 0 && time.GetElapsedTime(_last) < Interval)
        {
            return;
        }

        _last = time.GetTimestamp();
        progress.Report(new ProgressMessage(status, id, current, total));
    }
}
