using Quai.BuildProtocol.Llb;

namespace Quai.Build.Execution;

/// <summary>A program of a step that runs, for whoever speaks with it.</summary>
public interface IProgramControl
{
    /// <summary>Sends it a signal; does nothing if it has ended.</summary>
    /// <param name="signal">The signal's name or number.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="Errors.QuaiException">Kind InvalidParameter: there is no such signal.</exception>
    Task SignalAsync(string signal, CancellationToken cancellation);

    /// <summary>Sets the size of its terminal.</summary>
    /// <param name="rows">In characters.</param>
    /// <param name="columns">In characters.</param>
    /// <param name="cancellation">Gives up.</param>
    Task ResizeAsync(ushort rows, ushort columns, CancellationToken cancellation);

    /// <summary>Runs another program beside it, among the same files and as confined, to its end. It ends with the first one, too.</summary>
    /// <param name="meta">Its arguments, variables, user and working directory.</param>
    /// <param name="secrets">Variables beside its own, which nothing may write down.</param>
    /// <param name="conversation">Its streams.</param>
    /// <param name="cancellation">Kills it.</param>
    /// <returns>The exit code, or 128 + signal.</returns>
    /// <exception cref="Errors.QuaiException">It could not be started.</exception>
    Task<int> RunBesideAsync(Meta meta, IReadOnlyList<string> secrets, ProgramConversation conversation, CancellationToken cancellation);
}
