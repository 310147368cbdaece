using Quai.Api.Images;
using Quai.Daemon.Http;
using Quai.Errors;
using Quai.Images;
using Quai.Oci.Images;
using Quai.Trust;

namespace Quai.Daemon.Images;

/// <summary>What a registry holds, unchanged: manifests, small blobs, signatures. Quai's own routes, for manifest lists and signing.</summary>
internal static class ContentRoutes
{
    /// <summary>Adds the routes.</summary>
    public static void Map(Router router, Backend backend)
    {
        IRegistries registries = backend.Registries;
        ISignatures signatures = backend.Signatures;
        router
            .Add("GET", "/quai/manifests", async call =>
            {
                byte[] manifest = await registries.FetchManifestAsync(Name(call), RegistryCredentials.Of(call), call.Gone);
                call.Http.Response.Headers["Docker-Content-Digest"] = Digest.Of(manifest).ToString();
                await call.StartStream(ImageJson.DetectMediaType(manifest));
                await call.Send(manifest);
            })
            .Add("PUT", "/quai/manifests", async call =>
            {
                Digest digest = await registries.PushIndexAsync(Name(call), await call.ReadSmallBody(), call.All("source"), RegistryCredentials.Of(call), call.Gone);
                await call.Answer(new PushedIndex(digest.ToString()), Json.Types.PushedIndex);
            })
            .Add("PUT", "/quai/artifacts", async call =>
            {
                Digest digest = await registries.PushArtifactAsync(Name(call), await call.ReadSmallBody(), RegistryCredentials.Of(call), call.Gone);
                await call.Answer(new PushedIndex(digest.ToString()), Json.Types.PushedIndex);
            })
            .Add("GET", "/quai/blobs", async call =>
            {
                var blob = new Descriptor { Digest = call.TextOrNull("digest") ?? throw QuaiException.Invalid("no digest is given"), Size = call.RequiredNumber("size") };
                byte[] content = await registries.FetchBlobAsync(Name(call), blob, ImageJson.MaxConfigSize, RegistryCredentials.Of(call), call.Gone);
                await call.StartStream("application/octet-stream");
                await call.Send(content);
            })
            .Add("GET", "/quai/signatures", async call =>
            {
                SignatureList found = await signatures.SignaturesAsync(Name(call), RegistryCredentials.Of(call), call.Gone);
                List<SignatureItem> items = [.. found.Signatures.Select(s => new SignatureItem { Payload = Convert.ToBase64String(s.Payload), Signature = Convert.ToBase64String(s.Signature) })];
                await call.Answer(new SignatureDocument(found.Digest.ToString(), items), Json.Types.SignatureDocument);
            })
            .Add("POST", "/quai/signatures", async call =>
            {
                SignatureItem item = await call.ReadRequiredDocument(Json.Types.SignatureItem);
                var signature = new ImageSignature(Decode(item.Payload, "payload"), Decode(item.Signature, "signature"));
                var digest = Digest.Parse(call.TextOrNull("digest") ?? throw QuaiException.Invalid("no digest is given"));
                await signatures.AddSignatureAsync(Name(call), digest, signature, call.Flag("referrer"), RegistryCredentials.Of(call), call.Gone);
                await call.Answer(201);
            });
    }

    private static string Name(ApiCall call) => call.TextOrNull("name") ?? throw QuaiException.Invalid("no name is given");

    private static byte[] Decode(string base64, string what)
    {
        try
        {
            return Convert.FromBase64String(base64);
        }
        catch (FormatException e)
        {
            throw QuaiException.Invalid($"the {what} is no base64", e);
        }
    }
}
