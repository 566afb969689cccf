const token = 'your_token_here';
const headers = {
  'Authorization': `Bearer ${token}`,
  'Content-Type': 'application/json'
};

const convId = 'conv_123';

const response = await fetch(
  `http://localhost:8000/v1/conversations/${convId}/share`,
  {
    method: 'POST',
    headers,
    body: JSON.stringify({
      expires_in: 86400,
      read_only: true
    })
  }
);

const share = await response.json();
console.log(`Share link: ${share.url}`);
