using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Quai.Content.Tests;

/// <summary>Programs that tests compare with.</summary>
internal static class ProcessRunner
{
    public static Task RunAsync(string file, params string[] arguments) => OutputAsync(file, arguments);

    public static async Task<string> OutputAsync(string file, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(file, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        string error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{file} {string.Join(' ', arguments)}: {error}{await output}");
        return await output;
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
