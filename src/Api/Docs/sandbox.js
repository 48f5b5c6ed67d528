// Lets "Try it out" work at once in sandbox mode. Swagger UI knows the scheme only after it has loaded the document.
let attempts = 0;
const timer = setInterval(() => {
  const done = window.ui && window.ui.preauthorizeApiKey("bearer", "mock_sandbox_access_token");
  if (done || ++attempts === 100) clearInterval(timer);
}, 100);
