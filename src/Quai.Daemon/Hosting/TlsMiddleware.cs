using System.IO.Pipelines;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Quai.Errors;

namespace Quai.Daemon.Hosting;

/// <summary>The daemon's certificate and the clients it accepts.</summary>
/// <param name="CertificatePath">PEM, with its chain (<c>--tlscert</c>).</param>
/// <param name="KeyPath">PEM (<c>--tlskey</c>).</param>
/// <param name="ClientAuthorityPath">PEM of the authorities whose clients may connect (<c>--tlscacert</c>); null accepts every client.</param>
internal sealed record TlsSettings(string CertificatePath, string KeyPath, string? ClientAuthorityPath);

/// <summary>TLS below HTTP/1.1. Kestrel's own requires a dependency injection container; this requires only a stream.</summary>
internal sealed class TlsMiddleware
{
    private static readonly TimeSpan HandshakeTimeout = TimeSpan.FromSeconds(10);

    private readonly SslServerAuthenticationOptions _options;

    /// <summary>Reads the files.</summary>
    /// <exception cref="QuaiException">A file is missing or is not PEM.</exception>
    public TlsMiddleware(TlsSettings settings)
    {
        X509Certificate2 certificate = Load("X509 key pair", settings.CertificatePath, () => X509Certificate2.CreateFromPemFile(settings.CertificatePath, settings.KeyPath));
        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(settings.CertificatePath);
        _options = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = SslStreamCertificateContext.Create(certificate, chain, offline: true),
            ApplicationProtocols = [SslApplicationProtocol.Http11],
            EnabledSslProtocols = System.Security.Authentication.SslProtocols.Tls12 | System.Security.Authentication.SslProtocols.Tls13,
        };
        if (settings.ClientAuthorityPath is { } authorityPath)
        {
            X509Certificate2Collection authorities = Load("CA certificate", authorityPath, () =>
            {
                var collection = new X509Certificate2Collection();
                collection.ImportFromPemFile(authorityPath);
                return collection;
            });
            _options.ClientCertificateRequired = true;
            _options.CertificateRevocationCheckMode = X509RevocationMode.NoCheck;
            _options.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
                DisableCertificateDownloads = true,
            };
            _options.CertificateChainPolicy.CustomTrustStore.AddRange(authorities);
            _options.CertificateChainPolicy.ApplicationPolicy.Add(new Oid("1.3.6.1.5.5.7.3.2"));
            _options.RemoteCertificateValidationCallback = (_, peer, _, errors) => peer is not null && errors == SslPolicyErrors.None;
        }
    }

    /// <summary>The connection middleware. A client that fails the handshake is disconnected.</summary>
    public ConnectionDelegate Wrap(ConnectionDelegate next) => async connection =>
    {
        ClientLink link = connection.Features.Get<ClientLink>()!;
        IDuplexPipe plain = connection.Transport;
        await using var tls = new SslStream(new SplitStream(plain.Input.AsStream(leaveOpen: true), link.Output), leaveInnerStreamOpen: true);
        using (var deadline = CancellationTokenSource.CreateLinkedTokenSource(connection.ConnectionClosed))
        {
            deadline.CancelAfter(HandshakeTimeout);
            try
            {
                await tls.AuthenticateAsServerAsync(_options, deadline.Token);
            }
            catch (Exception e) when (e is IOException or System.Security.Authentication.AuthenticationException or OperationCanceledException)
            {
                return;
            }
        }

        link.Output = tls;
        var pipes = new Pipes(
            PipeReader.Create(tls, new StreamPipeReaderOptions(leaveOpen: true)),
            PipeWriter.Create(tls, new StreamPipeWriterOptions(leaveOpen: true)));
        connection.Transport = pipes;
        try
        {
            await next(connection);
            await pipes.Output.CompleteAsync();
            await pipes.Input.CompleteAsync();
            await tls.ShutdownAsync();
        }
        catch (Exception e) when (e is IOException or InvalidOperationException or ObjectDisposedException)
        {
            // The client left without closing TLS.
        }
        finally
        {
            connection.Transport = plain;
        }
    };

    private static T Load<T>(string what, string path, Func<T> load)
    {
        try
        {
            return load();
        }
        catch (Exception e) when (e is IOException or CryptographicException or UnauthorizedAccessException)
        {
            throw QuaiException.Invalid($"could not load {what} {path}: {e.Message}", e);
        }
    }

    private sealed record Pipes(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
