using System.Runtime.InteropServices;
using Quai.Linux;
using Quai.Linux.Netlink;

namespace Quai.Networks.Sandboxes;

/// <summary>
/// Connects a network namespace from outside: for containers of foreign OCI runtimes, whose first process does not send the messages of a
/// <see cref="SandboxSetup"/> itself. Runs on a thread of its own, which enters the namespace and ends.
/// </summary>
public static class SandboxExecutor
{
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

    /// <summary>Sends the messages and makes the settings: those for the sandbox from the calling thread, whose namespace must be the sandbox.</summary>
    /// <param name="setup">The messages.</param>
    /// <param name="host">NETLINK_ROUTE socket of the host's namespace.</param>
    /// <param name="hostNamespace">The host's namespace.</param>
    public static void Execute(SandboxSetup setup, NetlinkSocket host, FileDescriptor hostNamespace)
    {
        using NetlinkSocket sandbox = NetlinkSocket.Open(NetlinkConstants.NETLINK_ROUTE);
        Span<byte> buffer = stackalloc byte[512];
        foreach (SandboxMessage message in setup.Messages)
        {
            Span<byte> bytes = message.Bytes.Length <= buffer.Length ? buffer[..message.Bytes.Length] : new byte[message.Bytes.Length];
            message.Bytes.CopyTo(bytes);
            if (message.HostNamespaceFdOffset >= 0)
            {
                MemoryMarshal.Write(bytes[message.HostNamespaceFdOffset..], hostNamespace.Number);
            }

            (message.InHost ? host : sandbox).Request(bytes, message.What);
        }

        foreach ((string name, string value) in setup.Settings)
        {
            File.WriteAllText("/proc/sys/" + name.Replace('.', '/'), value);
        }
    }

    private static async Task RunAsync(SandboxSetup setup, FileDescriptor sandbox)
    {
        using NetlinkSocket host = NetlinkSocket.Open(NetlinkConstants.NETLINK_ROUTE);
        using FileDescriptor hostNamespace = NetworkNamespace.OpenCurrent();
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            try
            {
                NetworkNamespace.Enter(sandbox);
                Execute(setup, host, hostNamespace);
                done.SetResult();
            }
            catch (Exception e)
            {
                done.SetException(e);
            }
        })
        { IsBackground = true, Name = "network sandbox" };
        thread.Start();
        await done.Task.ConfigureAwait(false);
    }
}
