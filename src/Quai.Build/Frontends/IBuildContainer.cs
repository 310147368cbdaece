namespace Quai.Build.Frontends;

/// <summary>
/// A container of a build. The first program in it is its own; the others run beside that and end with it. What they write is gone when it is disposed of, which also ends
/// whatever still runs in it.
/// </summary>
public interface IBuildContainer : IAsyncDisposable
{
    /// <summary>Runs a program to its end.</summary>
    /// <param name="program">The program.</param>
    /// <param name="cancellation">Kills it.</param>
    /// <returns>Its exit code, or 128 + signal.</returns>
    /// <exception cref="Errors.QuaiException">It could not be started, or the container's first program has ended.</exception>
    Task<int> RunAsync(ContainerProgram program, CancellationToken cancellation);
}
