using Quai.BuildClient.Histories;

namespace Quai.Cli.Builds.Histories;

/// <summary>A build, and how its time was spent.</summary>
/// <param name="Record">The build.</param>
/// <param name="Spans">Its parts.</param>
internal sealed record TracedBuild(BuildRecord Record, IReadOnlyList<TraceSpan> Spans)
{
    /// <summary>The trace's id.</summary>
    public string Id => Spans[0].Trace;

    /// <summary>The parts in the order of a tree: each behind the one that it is within, with how deep it is.</summary>
    public IEnumerable<(TraceSpan Span, int Depth)> Tree()
    {
        HashSet<string> known = [.. Spans.Select(s => s.Id)];
        ILookup<string, TraceSpan> children = Spans.OrderBy(s => s.Began).ToLookup(s => known.Contains(s.Parent) && s.Parent != s.Id ? s.Parent : "");
        var open = new Stack<(TraceSpan, int)>(children[""].Reverse().Select(s => (s, 0)));

        // What says that it is within itself is in no tree, and is not shown.
        while (open.TryPop(out (TraceSpan Span, int Depth) next))
        {
            yield return next;
            foreach (TraceSpan child in children[next.Span.Id].Reverse())
            {
                open.Push((child, next.Depth + 1));
            }
        }
    }
}
