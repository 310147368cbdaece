using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Quai.EndToEnd.Tests.Escapes.Harness;

namespace Quai.EndToEnd.Tests.Escapes.Modes;

/// <summary>
/// Anybody who reaches the API is root. An address that others reach is never opened to everybody by mistake.
/// The daemons have a network of their own here, for where the attack succeeds they are wide open.
/// </summary>
public sealed class OpenApiEscapes(Engines engines) : EscapeTests(engines), IClassFixture<Engines>
{
    private readonly QuaidInstance _today = engines.Today;

    private static readonly Attack[] s_attacks =
    [
        new("Open API: -H tcp://0.0.0.0 without TLS", scene => ConnectAsync(scene, "http", ["-H", "tcp://0.0.0.0:2300"])) { QuaidOnly = true },
        new("Open API: -H 0.0.0.0 without a scheme", scene => ConnectAsync(scene, "http", ["-H=0.0.0.0:2300"])) { QuaidOnly = true },
        new("Open API: --tls alone lets in who has no certificate", scene => ConnectAsync(scene, "https", ["-H", "tcp://0.0.0.0:2300", "--tls", "--tlscert", "CERTS/cert.pem", "--tlskey", "CERTS/key.pem", "--tlscacert", "CERTS/cert.pem"])) { QuaidOnly = true },
    ];

    public static TheoryData<string> Names => NamesOf(s_attacks);

    [Theory]
    [MemberData(nameof(Names))]
    public Task Gains_nothing(string name) => GainsNothingAsync(s_attacks, name);

    [ControlTheory]
    [MemberData(nameof(Names))]
    public Task Is_real(string name) => IsRealAsync(s_attacks, name);

    [QuaidTheory]
    [InlineData("--tls=false")]
    [InlineData("--tlsverify=false --tlscert CERTS/cert.pem --tlskey CERTS/key.pem")]
    public async Task An_express_word_opens_it(string flags) =>
        Assert.NotNull(await ConnectAsync(
            new Scene(_today, TestEnvironment.BinDirectory, IsFirstVersion: false), flags.Contains("verify", StringComparison.Ordinal) ? "https" : "http", ["-H", "tcp://0.0.0.0:2300", .. flags.Split(' ')]));

    [QuaidFact]
    public async Task Validation_says_so()
    {
        CommandResult result = await RunningCommand.RunAsync(Path.Combine(TestEnvironment.BinDirectory, "quaid"), ["--validate", "--config-file", $"{_today.Root}/daemon.json", "-H", "tcp://0.0.0.0:2375"]);
        result.ExpectFailure(1, "cannot listen at tcp://0.0.0.0:2375: without --tlsverify everybody who reaches that address is root on this machine");
    }

    private static async Task<string?> ConnectAsync(Scene scene, string scheme, string[] arguments)
    {
        string certificates = scene.Scratch();
        WriteCertificate(certificates);
        var engine = new QuaidInstance(scene.BinDirectory)
        {
            Prelude = "exec unshare -n sh -c 'ip link set lo up && exec \"$@\"' sh \"$@\";",
            ExtraArguments = [.. arguments.Select(a => a.Replace("CERTS", certificates, StringComparison.Ordinal))],
        };
        try
        {
            if (await Record.ExceptionAsync(engine.InitializeAsync) is { } failure)
            {
                Assert.Contains("cannot listen at", failure.Message, StringComparison.Ordinal);
                return null;
            }

            return (await Neighbour.RunInNetworkAsync(engine.Pid, $"curl -s -k -f --noproxy '*' --max-time 20 {scheme}://127.0.0.1:2300/_ping")).Text is { Length: > 0 } answer ? $"was answered {answer}" : null;
        }
        finally
        {
            await engine.DisposeAsync();
        }
    }

    private static void WriteCertificate(string folder)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 certificate = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        File.WriteAllText(Path.Combine(folder, "cert.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(folder, "key.pem"), key.ExportPkcs8PrivateKeyPem());
    }
}
