using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Quai.Engine.Logs.Drivers;
using Quai.Engine.Logs.Options;
using Quai.Errors;

namespace Quai.Engine.Logs.Relaying;

/// <summary>
/// Encrypted connections to servers of logs. A shim has no cryptography: it would be most of it. For such a log it starts a program, which is <c>quaid</c> with
/// other arguments, gives it one end of a pair of sockets as stdin, and writes to the other what the program encrypts.
/// </summary>
public static class LogRelay
{
    /// <summary>The program's first argument.</summary>
    public const string Command = "relay-log";

    private const byte Ready = 1;
    private const int ChunkSize = 32 << 10, Arguments = 6;
    private const string Verifies = "verify";

    /// <summary>Has the program's line for an address, once it is sure that the server can be reached and trusted.</summary>
    /// <param name="program">The program and what comes before its own arguments.</param>
    /// <param name="url">The address.</param>
    /// <param name="tls">The certificates.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <param name="checks">Whether the server must be there.</param>
    /// <exception cref="QuaiException">It cannot.</exception>
    internal static async Task<IReadOnlyList<string>> PrepareAsync(IReadOnlyList<string> program, LogUrl url, LogTls tls, CancellationToken cancellation, bool checks = true)
    {
        if (program.Count == 0)
        {
            throw QuaiException.System("there is no program that encrypts logs");
        }

        if (checks)
        {
            (await ConnectAsync(url, tls, cancellation).ConfigureAwait(false)).Dispose();
        }

        return [.. program, url.Host, url.Port, tls.Authority, tls.Certificate, tls.Key, tls.Verifies ? Verifies : ""];
    }

    /// <summary>The program: relays from its stdin, a socket, until that ends or the server does.</summary>
    /// <param name="arguments">Without <see cref="Command"/>.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments)
    {
        if (arguments.Count != Arguments)
        {
            return 1;
        }

        using var shim = new Socket(new SafeSocketHandle(0, ownsHandle: true));
        try
        {
            LogTls tls = new(arguments[2], arguments[3], arguments[4], arguments[5] == Verifies);
            SslStream server = await ConnectAsync(new LogUrl("tcp", arguments[0], arguments[1], ""), tls, CancellationToken.None).ConfigureAwait(false);
            await using (server.ConfigureAwait(false))
            {
                using var local = new NetworkStream(shim);
                await local.WriteAsync(new[] { Ready }).ConfigureAwait(false);
                Task answers = CopyAsync(server, local);
                Task lines = CopyAsync(local, server);
                if (await Task.WhenAny(answers, lines).ConfigureAwait(false) == lines)
                {
                    await lines.ConfigureAwait(false);
                    await server.ShutdownAsync().ConfigureAwait(false);
                }
            }

            return 0;
        }
        catch (Exception e) when (e is QuaiException or IOException or SocketException)
        {
            return 1;
        }
    }

    private static async Task CopyAsync(Stream from, Stream to)
    {
        byte[] buffer = new byte[ChunkSize];
        while (await from.ReadAsync(buffer).ConfigureAwait(false) is > 0 and var count)
        {
            await to.WriteAsync(buffer.AsMemory(0, count)).ConfigureAwait(false);
            await to.FlushAsync().ConfigureAwait(false);
        }
    }

    private static async Task<SslStream> ConnectAsync(LogUrl url, LogTls tls, CancellationToken cancellation)
    {
        X509Certificate2Collection authorities = Authorities(tls.Authority);
        X509Certificate2? own = Own(tls);
        IReadOnlyList<IPEndPoint> addresses = await ServerAddresses.ResolveAsync(url, "tcp", cancellation).ConfigureAwait(false);
        Socket socket = await ConnectAsync(addresses, cancellation).ConfigureAwait(false);
        string? refused = null;
        var stream = new SslStream(new NetworkStream(socket, ownsSocket: true));
        try
        {
            await stream.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = url.Host,
                    ClientCertificates = own is null ? null : [own],
                    RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
                    {
                        refused = tls.Verifies ? Refusal(url.Host, certificate, chain, errors, authorities) : null;
                        return refused is null;
                    },
                },
                cancellation).ConfigureAwait(false);
            return stream;
        }
        catch (Exception e) when (e is AuthenticationException or IOException)
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            throw QuaiException.System(refused is null ? $"tls: {e.InnerException?.Message ?? e.Message}" : $"tls: failed to verify certificate: x509: {refused}", e);
        }
    }

    private static async Task<Socket> ConnectAsync(IReadOnlyList<IPEndPoint> addresses, CancellationToken cancellation)
    {
        SocketException? last = null;
        foreach (IPEndPoint address in addresses)
        {
            var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync(address, cancellation).ConfigureAwait(false);
                socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
                return socket;
            }
            catch (SocketException e)
            {
                socket.Dispose();
                last = e;
            }
        }

        // The kernel's words for it.
        throw QuaiException.System($"dial tcp {ServerAddresses.Text(addresses[^1])}: connect: {Linux.Errno.Message(last!.NativeErrorCode)}", last);
    }

    private static string? Refusal(string host, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors, X509Certificate2Collection authorities)
    {
        if (certificate is null)
        {
            return "the server has no certificate";
        }

        if ((errors & SslPolicyErrors.RemoteCertificateNameMismatch) != 0)
        {
            return $"certificate is not valid for {host}";
        }

        if (errors == SslPolicyErrors.None)
        {
            return null;
        }

        // The file's authorities are trusted besides the machine's.
        using var own = new X509Chain();
        own.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        own.ChainPolicy.CustomTrustStore.AddRange(authorities);
        own.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        foreach (X509ChainElement element in chain?.ChainElements ?? Enumerable.Empty<X509ChainElement>())
        {
            own.ChainPolicy.ExtraStore.Add(element.Certificate);
        }

        using X509Certificate2 server = X509CertificateLoader.LoadCertificate(certificate.GetRawCertData());
        return authorities.Count > 0 && own.Build(server) ? null
            : own.ChainStatus.Any(s => s.Status == X509ChainStatusFlags.NotTimeValid) ? "certificate has expired or is not yet valid"
            : "certificate signed by unknown authority";
    }

    private static X509Certificate2Collection Authorities(string file)
    {
        X509Certificate2Collection authorities = [];
        if (file.Length > 0)
        {
            try
            {
                authorities.ImportFromPem(File.ReadAllText(file));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
            {
                throw QuaiException.System($"could not read CA certificate \"{file}\": {Reason(file, e)}", e);
            }
        }

        return authorities;
    }

    private static X509Certificate2? Own(LogTls tls)
    {
        if (tls.Certificate.Length == 0 && tls.Key.Length == 0)
        {
            return null;
        }

        try
        {
            return X509Certificate2.CreateFromPemFile(tls.Certificate, tls.Key.Length == 0 ? null : tls.Key);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw QuaiException.System($"Could not load X509 key pair: {Reason(File.Exists(tls.Certificate) ? tls.Key : tls.Certificate, e)}", e);
        }
    }

    private static string Reason(string file, Exception e) => e switch
    {
        FileNotFoundException or DirectoryNotFoundException => string.Create(CultureInfo.InvariantCulture, $"open {file}: no such file or directory"),
        UnauthorizedAccessException => $"open {file}: permission denied",
        _ => e.Message,
    };
}
