using Quai.Api.Containers;
using Quai.Client;
using Quai.Client.Streams;
using Quai.Compose.Model.Services;

namespace Quai.Convergence.Execution;

/// <summary>Runs the commands that services have for their containers' start and stop.</summary>
/// <param name="engine">The engine.</param>
public sealed class ServiceHooks(EngineClient engine)
{
    /// <summary>Runs commands in a container, one after the other.</summary>
    /// <param name="service">The service's name.</param>
    /// <param name="container">The container's id.</param>
    /// <param name="hooks">The commands.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <param name="output">Gets what they write; null where nobody reads it.</param>
    /// <param name="what">What they are called where one failed.</param>
    /// <exception cref="ConvergenceException">One failed.</exception>
    public async Task RunAsync(string service, string container, IReadOnlyList<ServiceHook> hooks, CancellationToken cancellation, Stream? output = null, string what = "the hook")
    {
        foreach (ServiceHook hook in hooks)
        {
            ExecCreateRequest request = new()
            {
                Cmd = [.. hook.Command ?? []],
                User = hook.User,
                Privileged = hook.Privileged,
                WorkingDir = hook.WorkingDirectory,
                Env = [.. hook.Environment.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => entry.Value is { } value ? $"{entry.Key}={value}" : entry.Key)],
                AttachStdout = true,
                AttachStderr = true,
            };
            string id = (await engine.Execs.CreateAsync(container, request, cancellation)).Id;
            using (Client.Transport.Connection connection = await engine.Execs.AttachAsync(id, new(), cancellation))
            {
                await Task.Run(() => StdCopy.Copy(connection.Read, output ?? Stream.Null, output ?? Stream.Null), cancellation);
            }

            if ((await engine.Execs.InspectAsync(id, cancellation)).ExitCode is { } code and not 0)
            {
                throw new ConvergenceException($"service {service}: {what} [{string.Join(' ', hook.Command ?? [])}] exited with status {code}");
            }
        }
    }
}
