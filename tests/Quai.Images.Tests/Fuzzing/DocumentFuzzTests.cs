using System.Text;
using Quai.Images.Changes;
using Quai.Oci.Images;

namespace Quai.Images.Tests.Fuzzing;

/// <summary>Changes of an image's config.</summary>
[Collection(FuzzingCollection.Name)]
public sealed class DocumentFuzzTests
{
    [Fact]
    public void A_change_is_applied_or_refused() => Fuzz.Holds(new Property("image-change", input =>
    {
        ExecutionConfig config = ConfigChanges.Apply([Encoding.UTF8.GetString(input)]);
        byte[] written = ImageJson.Write(new ImageConfig { Config = config });
        Assert.Equal(written, ImageJson.Write(ImageJson.ReadConfig(written)));
    })
    {
        Seeds = TextMutator.Seeds(
            "CMD [\"sh\",\"-c\"]\nENTRYPOINT a b", "ENV A=b C=\"d e\" F='g'\nENV old form", "EXPOSE 80 53/udp\nVOLUME [\"/a\", \"/b\"]\nVOLUME /c /d", "HEALTHCHECK --interval=1m30s --timeout=5s --retries=3 --start-period=1ms CMD [\"t\"]",
            "HEALTHCHECK NONE", "LABEL a=b \"c d\"=e\nUSER 1:2\nWORKDIR /a\nWORKDIR b\nONBUILD RUN x\nSTOPSIGNAL SIGTERM"),
        Mutate = TextMutator.With(
            "CMD ", "ENTRYPOINT ", "ENV ", "EXPOSE ", "HEALTHCHECK ", "LABEL ", "ONBUILD ", "STOPSIGNAL ", "USER ", "VOLUME ", "WORKDIR ", "cmd", "NONE", "--interval=", "--retries=", "--start-interval=", "1h", "1.5s", "µs", "99999999999h", "[\"", "\"]", "[\"\\ud800\"]",
            "\\\n", "\\", "\"", "'", "=", "$A", "${A}", "80-90/tcp", "/sctp"),
    });
}
