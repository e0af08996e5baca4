using System.Text;
using Kanban.Bus.Worker.Bus;

namespace Kanban.Bus.Tests.Worker;

public sealed class OfferGuardTests
{
    private const string Good = """{"runId":"01990000-0000-7000-8000-000000000001","taskKey":"web-1","lane":"shell","attempt":1}""";

    [Theory]
    [InlineData(Good)]
    [InlineData("""{"runId":"01990000-0000-7000-8000-000000000001","taskKey":"web-1","lane":"shell","attempt":1,"fromANewerBoard":{"x":1}}""")]
    public void An_offer_passes_also_with_fields_of_a_newer_board(string json) =>
        Assert.Null(Fault(Encoding.UTF8.GetBytes(json), "application/json"));

    [Theory]
    [InlineData("application/json; charset=utf-8")]
    [InlineData("")]
    public void An_offer_passes_also_with_a_character_set_or_without_a_content_type(string contentType) =>
        Assert.Null(Fault(Encoding.UTF8.GetBytes(Good), contentType));

    [Theory]
    [InlineData("", "application/json", "not an offer: ")]
    [InlineData("{", "application/json", "not an offer: ")]
    [InlineData("null", "application/json", "not an offer: null")]
    [InlineData("[1]", "application/json", "not an offer: ")]
    [InlineData("""{"taskKey":"web-1","lane":"shell","attempt":1}""", "application/json", "not an offer: ")]
    [InlineData("""{"runId":"x","taskKey":"web-1","lane":"shell","attempt":1}""", "application/json", "not an offer: ")]
    [InlineData("""{"runId":"01990000-0000-7000-8000-000000000001","taskKey":null,"lane":"shell","attempt":1}""", "application/json", "not an offer: ")]
    [InlineData("""{"runId":"01990000-0000-7000-8000-000000000001","taskKey":"web-1","lane":"shell","attempt":"1"}""", "application/json", "not an offer: ")]
    [InlineData("""{"runId":"00000000-0000-0000-0000-000000000000","taskKey":"web-1","lane":"shell","attempt":1}""", "application/json", "not an offer: runId is empty")]
    [InlineData("""{"runId":"01990000-0000-7000-8000-000000000001","taskKey":"web-1","lane":"gpu","attempt":1}""", "application/json", "an offer of lane 'gpu' on a queue of lane 'shell'")]
    [InlineData(Good, "text/xml", "content type 'text/xml'")]
    [InlineData(Good, "application/vnd.masstransit+json", "content type 'application/vnd.masstransit+json'")]
    public void What_is_no_offer_is_named(string body, string contentType, string reason) =>
        Assert.StartsWith(reason, Fault(Encoding.UTF8.GetBytes(body), contentType), StringComparison.Ordinal);

    [Fact]
    public void An_oversized_message_is_not_even_parsed() =>
        Assert.StartsWith("16,385 bytes", Fault(new byte[16 * 1024 + 1], "application/json"), StringComparison.Ordinal);

    [Fact]
    public void Random_bytes_never_throw()
    {
        var random = new Random(7);
        for (var i = 0; i < 20_000; i++)
        {
            var body = new byte[random.Next(200)];
            random.NextBytes(body);
            Assert.NotNull(Fault(body, "application/json"));
        }
    }

    private static string? Fault(byte[] body, string contentType) => OfferGuard.Fault(Delivery.Of(body, contentType, CancellationToken.None), "shell", out _);
}
