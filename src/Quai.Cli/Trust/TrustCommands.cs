using System.Text;
using Quai.Api.Images;
using Quai.Cli.CommandLine;
using Quai.Cli.Http;
using Quai.Cli.Images;
using Quai.Cli.Registries;
using Quai.Errors;
using Quai.Oci.Images;
using Quai.Trust;

namespace Quai.Cli.Trust;

/// <summary>Shared parts of the signature commands.</summary>
internal static class Signing
{
    /// <summary>The variable that may contain a private key's password, as for cosign.</summary>
    private const string PasswordVariable = "COSIGN_PASSWORD";

    /// <summary>The password of a key: from the environment, or else prompted for.</summary>
    public static string Password(Session session, string question) =>
        Environment.GetEnvironmentVariable(PasswordVariable)
            ?? Prompts.Secret(session, question, $"the key has a password: set {PasswordVariable}, or use a terminal");

    /// <summary>Runs code that may report errors in keys and signatures.</summary>
    public static T Try<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (QuaiException e)
        {
            throw new ExitException(1, e.Message);
        }
    }

    /// <summary>The signatures that a registry has for an image, and the digest that the name stands for.</summary>
    public static (Digest Digest, List<ImageSignature> Signatures) Fetch(Session session, string name)
    {
        Images.ImageReference.Check(Images.ImageReference.Split(name).Repository);
        string full = Images.ImageReference.Canonical(name);
        SignatureDocument answer = session.Engine.Signatures.ListAsync(full, RegistryCredentials.Find(session, full)).Await();
        return (
            Digest.Parse(answer.Digest),
            [.. (answer.Signatures ?? []).Select(s => new ImageSignature(Convert.FromBase64String(s.Payload), Convert.FromBase64String(s.Signature)))]);
    }
}

/// <summary><c>quai trust generate-key</c>.</summary>
internal sealed class GenerateKey(string path) : Command(path)
{
    public override string Usage => "NAME";

    public override string Summary => "Make a key pair: NAME.key, with a password, and NAME.pub";

    public override ArgumentCount Arguments => ArgumentCount.Exactly(1);

    public override int Execute(Session session, List<string> arguments)
    {
        string secret = arguments[0] + ".key", open = arguments[0] + ".pub";
        if (new[] { secret, open }.FirstOrDefault(File.Exists) is { } there)
        {
            throw new ExitException(1, $"{there} exists already");
        }

        string password = Signing.Password(session, "Password for the private key: ");
        using var key = SigningKey.Generate();
        using (var file = new FileStream(secret, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }))
        {
            file.Write(Encoding.ASCII.GetBytes(key.ToCosignPem(password)));
        }

        File.WriteAllText(open, key.ToPublicPem());
        session.Out.WriteLine($"Private key written to {secret}");
        session.Out.WriteLine($"Public key written to {open}");
        return 0;
    }
}

/// <summary><c>quai trust sign</c>: the key stays with the client; the daemon stores the signature beside the image.</summary>
internal sealed class Sign : Command
{
    private readonly Flag<string> _key;
    private readonly Flag<bool> _referrer;

    public Sign(string path)
        : base(path)
    {
        _key = Flags.String("key", '\0', "File with the private key");
        _referrer = Flags.Bool("referrer", '\0', "Attach the signature as a referrer (OCI 1.1), not by a tag");
    }

    public override string Usage => "--key FILE IMAGE";

    public override string Summary => "Sign an image in its registry, as cosign does";

    public override ArgumentCount Arguments => ArgumentCount.Exactly(1);

    public override int Execute(Session session, List<string> arguments)
    {
        if (_key.Value.Length == 0)
        {
            throw new ExitException(1, "a private key is needed: --key FILE");
        }

        string pem = ReadKey(_key.Value);
        using SigningKey key = Signing.Try(() => SigningKey.FromPem(pem, pem.Contains("ENCRYPTED", StringComparison.Ordinal) ? Signing.Password(session, $"Password for {_key.Value}: ") : "", _key.Value));
        string full = Images.ImageReference.Canonical(arguments[0]);
        string repository = Images.ImageReference.Split(full).Repository;
        (Digest digest, _) = Signing.Fetch(session, arguments[0]);
        ImageSignature signature = key.Sign(new SimpleSigning(repository, digest));
        var item = new SignatureItem { Payload = Convert.ToBase64String(signature.Payload), Signature = Convert.ToBase64String(signature.Signature) };
        session.Engine.Signatures.AddAsync(repository, digest.ToString(), item, _referrer.Value, RegistryCredentials.Find(session, full)).Await();
        session.Out.WriteLine($"Signed {repository}@{digest}");
        return 0;
    }

    private static string ReadKey(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ExitException(1, $"the key {path} cannot be read: {e.Message}");
        }
    }
}

/// <summary><c>quai trust verify</c>.</summary>
internal sealed class VerifySignature : Command
{
    private readonly Flag<string> _key;

    public VerifySignature(string path)
        : base(path) => _key = Flags.String("key", '\0', "File with the public key");

    public override string Usage => "--key FILE IMAGE";

    public override string Summary => "Check that an image in its registry is signed by a key";

    public override ArgumentCount Arguments => ArgumentCount.Exactly(1);

    public override int Execute(Session session, List<string> arguments)
    {
        VerificationKey key = Signing.Try(() => VerificationKey.FromFile(_key.Value.Length > 0 ? _key.Value : throw new ExitException(1, "a public key is needed: --key FILE")));
        var image = Oci.Images.ImageReference.Parse(Images.ImageReference.Canonical(arguments[0]));
        (Digest digest, List<ImageSignature> signatures) = Signing.Fetch(session, arguments[0]);
        var policy = new SignaturePolicy("--key " + _key.Value, [new PolicyRequirement.Signed([key], SignedIdentity.Default)], new Dictionary<string, IReadOnlyList<PolicyRequirement>>());
        foreach (ImageSignature good in Signing.Try(() => policy.Check(image, [digest], signatures)))
        {
            session.Out.WriteLine(Encoding.UTF8.GetString(good.Payload));
        }

        session.Error.WriteLine($"{image.Name}@{digest} is signed by {key.Fingerprint}");
        return 0;
    }
}

/// <summary><c>quai trust inspect</c>.</summary>
internal sealed class InspectSignatures(string path) : Command(path)
{
    public override string Usage => "IMAGE";

    public override string Summary => "List an image's signatures in its registry, good or not";

    public override ArgumentCount Arguments => ArgumentCount.Exactly(1);

    public override int Execute(Session session, List<string> arguments)
    {
        (Digest digest, List<ImageSignature> signatures) = Signing.Fetch(session, arguments[0]);
        session.Out.WriteLine($"{Images.ImageReference.Split(Images.ImageReference.Canonical(arguments[0])).Repository}@{digest}");
        foreach (ImageSignature signature in signatures)
        {
            session.Out.WriteLine($"  {Convert.ToBase64String(signature.Signature)}");
            session.Out.WriteLine($"    {Encoding.UTF8.GetString(signature.Payload)}");
        }

        session.Out.WriteLine(signatures.Count == 0 ? "No signatures" : $"{signatures.Count} signature{(signatures.Count == 1 ? "" : "s")}; whether they are good only a key can tell (quai trust verify)");
        return 0;
    }
}
