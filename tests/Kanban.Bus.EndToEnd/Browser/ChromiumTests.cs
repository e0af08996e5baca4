namespace Kanban.Bus.EndToEnd.Browser;

public sealed class ChromiumTests(Chromium chromium) : IClassFixture<Chromium>
{
    [BrowserFact]
    public async Task A_page_runs_scripts()
    {
        var page = await chromium.NewPageAsync();
        await page.SetContentAsync("<output></output><script>document.querySelector('output').textContent = 6 * 7</script>");

        Assert.Equal("42", await page.TextContentAsync("output"));
    }
}
