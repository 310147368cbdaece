using Quai.Cli.CommandLine;
using Quai.Cli.Http;
using Quai.Client;

namespace Quai.Cli.Containers;

/// <summary>Does the same to many containers, some at a time, and reports in the order given.</summary>
internal static class InParallel
{
    private const int AtOnce = 50;

    /// <summary>Runs it.</summary>
    /// <param name="session">Where names and failures are printed.</param>
    /// <param name="names">The containers.</param>
    /// <param name="action">What to do; an <see cref="ExitException"/> of code 0 means done with nothing to print.</param>
    /// <returns>0, or 1 when any failed.</returns>
    public static int ForEach(Session session, List<string> names, Action<string> action)
    {
        if (names.Count == 1)
        {
            return Report(session, names[0], Attempt(names[0], action));
        }

        _ = session.Engine.GetVersionAsync().Await();
        var results = new Exception?[names.Count];
        var done = new ManualResetEventSlim[names.Count];
        int next = -1;
        for (int i = 0; i < done.Length; i++)
        {
            done[i] = new ManualResetEventSlim();
        }

        for (int worker = 0; worker < Math.Min(AtOnce, names.Count); worker++)
        {
            new Thread(() =>
            {
                int mine;
                while ((mine = Interlocked.Increment(ref next)) < names.Count)
                {
                    results[mine] = Attempt(names[mine], action);
                    done[mine].Set();
                }
            }, 256 * 1024) { IsBackground = true }.Start();
        }

        int code = 0;
        for (int i = 0; i < names.Count; i++)
        {
            done[i].Wait();
            code |= Report(session, names[i], results[i]);
        }

        return code;
    }

    private static Exception? Attempt(string name, Action<string> action)
    {
        try
        {
            action(name);
            return null;
        }
        catch (Exception error) when (error is DaemonException or ConnectionException or ExitException or IOException)
        {
            return error;
        }
    }

    private static int Report(Session session, string name, Exception? error)
    {
        if (error is null)
        {
            session.Out.WriteLine(name);
            return 0;
        }

        if (error is ExitException { Code: 0 })
        {
            return 0;
        }

        session.Error.WriteLine(error.Message);
        return 1;
    }
}
