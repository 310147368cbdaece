namespace Quai.Cli.Http;

/// <summary>The client is blocking, so its tasks are complete when they are returned: these take their results.</summary>
internal static class Waiting
{
    /// <summary>The result.</summary>
    public static T Await<T>(this Task<T> task) => task.GetAwaiter().GetResult();

    /// <summary>The end.</summary>
    public static void Await(this Task task) => task.GetAwaiter().GetResult();

    /// <summary>Items as they arrive.</summary>
    public static IEnumerable<T> Await<T>(this IAsyncEnumerable<T> items)
    {
        IAsyncEnumerator<T> enumerator = items.GetAsyncEnumerator();
        try
        {
            while (enumerator.MoveNextAsync().AsTask().Await())
            {
                yield return enumerator.Current;
            }
        }
        finally
        {
            enumerator.DisposeAsync().AsTask().Await();
        }
    }
}
