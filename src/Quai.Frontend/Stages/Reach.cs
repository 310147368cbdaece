namespace Quai.Frontend.Stages;

/// <summary>Says which stages others need.</summary>
internal static class Reach
{
    /// <summary>A stage and all that it needs.</summary>
    public static HashSet<StageState> From(StageState target)
    {
        HashSet<StageState> reached = [target];
        var open = new Stack<StageState>([target]);
        while (open.TryPop(out StageState? state))
        {
            foreach (StageState needed in Needs(state))
            {
                if (reached.Add(needed))
                {
                    open.Push(needed);
                }
            }
        }

        return reached;
    }

    /// <summary>A stage that needs itself; null for none.</summary>
    public static StageState? Circle(IEnumerable<StageState> states)
    {
        Dictionary<StageState, bool> finished = [];
        foreach (StageState start in states)
        {
            // Walks on a stack of its own: a file may have many stages.
            var path = new Stack<(StageState State, IEnumerator<StageState> Following)>();
            if (finished.TryAdd(start, false))
            {
                path.Push((start, Needs(start).GetEnumerator()));
            }

            while (path.TryPeek(out (StageState State, IEnumerator<StageState> Following) top))
            {
                if (!top.Following.MoveNext())
                {
                    finished[top.State] = true;
                    path.Pop();
                }
                else if (finished.TryAdd(top.Following.Current, false))
                {
                    path.Push((top.Following.Current, Needs(top.Following.Current).GetEnumerator()));
                }
                else if (!finished[top.Following.Current])
                {
                    return top.Following.Current;
                }
            }
        }

        return null;
    }

    private static IEnumerable<StageState> Needs(StageState state)
    {
        if (state.Base is { } parent)
        {
            yield return parent;
        }

        foreach (StageCommand command in state.Commands)
        {
            foreach (StageState? source in command.Sources)
            {
                if (source is not null)
                {
                    yield return source;
                }
            }
        }
    }
}
