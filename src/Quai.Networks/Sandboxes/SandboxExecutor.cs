using System.Diagnostics;
using System.Runtime.InteropServices;
using Quai.Errors;
using Quai.Linux;
using Quai.Linux.Netlink;

namespace Quai.Networks.Sandboxes;

/// <summary>
/// Connects a network namespace from outside: for containers of foreign OCI runtimes, whose first process does not send the messages of a
/// <see cref="SandboxSetup"/> itself. Runs on a thread of its own, which enters the namespace and ends.
/// </summary>
public static class SandboxExecutor
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5), s_pause = TimeSpan.FromMilliseconds(20);

    /// <summary>Connects the namespace bound to a path, such as <c>/proc/PID/ns/net</c> or <c>/run/netns/x</c>.</summary>
    /// <exception cref="LinuxException">A message was refused; those before it stay in force.</exception>
    public static async Task ConnectAsync(SandboxSetup setup, string namespacePath)
    {
        using FileDescriptor sandbox = NetworkNamespace.Open(namespacePath);
        await RunAsync(setup, sandbox).ConfigureAwait(false);
    }

    /// <summary>Connects the namespace of a process.</summary>
    /// <exception cref="LinuxException">A message was refused; those before it stay in force.</exception>
    public static async Task ConnectAsync(SandboxSetup setup, int pid)
    {
        using FileDescriptor sandbox = NetworkNamespace.OpenOf(pid);
        await RunAsync(setup, sandbox).ConfigureAwait(false);
    }

    /// <summary>Takes an endpoint's interface out of the namespace of a process, where it does not go with a host's end. One that is not there any more, or a process that is not, is no error.</summary>
    /// <exception cref="LinuxException">A message was refused.</exception>
    public static async Task RemoveAsync(Endpoint endpoint, int pid)
    {
        if (endpoint.Setup.Removal.Count == 0)
        {
            return;
        }

        try
        {
            await ConnectAsync(new SandboxSetup(endpoint.Setup.Removal), pid).ConfigureAwait(false);
        }
        catch (LinuxException e) when (e.Errno is Errno.ENOENT or Errno.ESRCH)
        {
            // Its namespace is ending, and the interface with it.
        }
    }

    /// <summary>Sends the messages and makes the settings: those for the sandbox from the calling thread, whose namespace must be the sandbox.</summary>
    /// <param name="setup">The messages.</param>
    /// <param name="host">NETLINK_ROUTE socket of the host's namespace.</param>
    /// <param name="hostNamespace">The host's namespace.</param>
    public static void Execute(SandboxSetup setup, NetlinkSocket host, FileDescriptor hostNamespace)
    {
        using NetlinkSocket sandbox = NetlinkSocket.Open(NetlinkConstants.NETLINK_ROUTE);
        using FileDescriptor own = NetworkNamespace.OpenCurrent();
        Span<byte> buffer = stackalloc byte[512];
        foreach (SandboxMessage message in setup.Messages)
        {
            Span<byte> bytes = message.Bytes.Length <= buffer.Length ? buffer[..message.Bytes.Length] : new byte[message.Bytes.Length];
            message.Bytes.CopyTo(bytes);
            if (message.NamespaceOffset >= 0)
            {
                MemoryMarshal.Write(bytes[message.NamespaceOffset..], (message.InHost ? own : hostNamespace).Number);
            }

            Send(message.InHost ? host : sandbox, bytes, message);
        }

        foreach ((string name, string value) in setup.Settings)
        {
            string path = PathOf(name);
            try
            {
                File.WriteAllText(path, value);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw QuaiException.Invalid($"unable to write '{value}' to '{path}': the kernel refuses it", e);
            }
        }
    }

    /// <summary>The file of a kernel setting, by its name with dots.</summary>
    internal static string PathOf(string setting) => "/proc/sys/" + setting.Replace('.', '/');

    private static void Send(NetlinkSocket socket, Span<byte> bytes, SandboxMessage message)
    {
        for (var spent = Stopwatch.StartNew(); ;)
        {
            try
            {
                socket.Request(bytes, message.What);
                return;
            }
            catch (LinuxException e) when (e.Errno == message.AwaitedErrno && spent.Elapsed < s_patience)
            {
                Thread.Sleep(s_pause);
            }
            catch (LinuxException e) when (e.Errno == message.ToleratedErrno)
            {
                return;
            }
        }
    }

    private static async Task RunAsync(SandboxSetup setup, FileDescriptor sandbox)
    {
        using NetlinkSocket host = NetlinkSocket.Open(NetlinkConstants.NETLINK_ROUTE);
        using FileDescriptor hostNamespace = NetworkNamespace.OpenCurrent();
        await NetworkNamespace.RunAsync(sandbox, () =>
        {
            Execute(setup, host, hostNamespace);
            return true;
        }).ConfigureAwait(false);
    }
}
